package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

func healthcheckCommand() arguments.Command {
	return arguments.Command{
		Name:    "healthcheck",
		Summary: "exit with 0 if the exporter on this machine is alive, for container images",
		About: `Asks the exporter at the first address of WXAPP_LISTEN_ADDRESS whether it is alive. The exit code is
0 if it is, and 1 if not.
`,
		Define: func(*arguments.Set) arguments.Action {
			return func(ctx context.Context, _, _ io.Writer) error { return healthcheck(ctx) }
		},
	}
}

// healthcheck asks the exporter of this environment whether it is alive, at the first of
// its addresses. It reads WXAPP_LISTEN_ADDRESS only, so that no other setting can make a
// running exporter look dead.
func healthcheck(ctx context.Context) error {
	addresses, err := config.ReadListenAddresses()
	if err != nil {
		return err
	}
	switch err := web.Healthcheck(ctx, addresses[0]); {
	case errors.Is(err, web.ErrUnusable):
		return err
	case err != nil:
		return fmt.Errorf("%w; start it, or set WXAPP_LISTEN_ADDRESS to its address", err)
	}
	return nil
}
