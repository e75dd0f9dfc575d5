package main

import (
	"context"
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// healthcheck asks the exporter of this environment whether it is alive, at the first of
// its addresses. It reads WXAPP_LISTEN_ADDRESS only, so that no other setting can make a
// running exporter look dead.
func healthcheck(ctx context.Context) error {
	addresses, err := config.ReadListenAddresses()
	if err != nil {
		return err
	}
	if err := web.Healthcheck(ctx, addresses[0]); err != nil {
		return fmt.Errorf("%w; start it, or set WXAPP_LISTEN_ADDRESS to its address", err)
	}
	return nil
}
