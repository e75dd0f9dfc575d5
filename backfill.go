package main

import (
	"context"
	"io"

	"github.com/wxapp-exporter/wxapp_exporter/backfill"
)

// backfillCommand asks WeChat for past days.
func backfillCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return backfill.Command(ctx, args, stdout, stderr, newHTTPClient, newBucket)
}
