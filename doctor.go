package main

import (
	"context"
	"io"
	"os"

	"github.com/wxapp-exporter/wxapp_exporter/doctor"
)

// doctorCommand finds out what is broken.
func doctorCommand(ctx context.Context, args []string, stdout, _ io.Writer) error {
	return doctor.Command(ctx, args, stdout, os.Getenv, newHTTPClient, newBucket)
}
