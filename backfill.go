package main

import (
	"context"
	"io"

	"github.com/wxapp-exporter/wxapp_exporter/history"
)

// backfillCommand asks WeChat for past days.
func backfillCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return history.BackfillCommand(ctx, args, stdout, stderr, newHTTPClient, newBucket)
}
