package main

import (
	"context"
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// healthcheck asks the exporter of this environment whether it is alive. It reads
// WXAPP_LISTEN_ADDRESS only, so that no other setting can make a running exporter look
// dead.
func healthcheck(ctx context.Context) error {
	address, err := config.ReadListenAddress()
	if err != nil {
		return err
	}
	if err := web.Healthcheck(ctx, address); err != nil {
		return fmt.Errorf("%w; start it, or set WXAPP_LISTEN_ADDRESS to its address", err)
	}
	return nil
}
