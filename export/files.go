package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

// WriteFiles writes a file for each slice into a folder, which it makes when it is missing.
// A file is there whole or not at all, and one that is there is left as it is: an export
// that was stopped goes on where it was. A slice that is not over yet is written as
// unfinished, each time, until it is over. A slice without samples gets no file.
func (e *Export) WriteFiles(ctx context.Context, folder string, slices []Span, report func(Progress)) (Progress, error) {
	progress := Progress{Total: len(slices)}
	// Others may read what is exported: promtool often runs as another user.
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec
		return progress, err
	}
	if err := sweep(folder); err != nil {
		return progress, err
	}
	for _, slice := range slices {
		samples, err := e.writeSlice(ctx, folder, slice)
		if err != nil {
			return progress, err
		}
		progress.Done++
		if samples > 0 {
			progress.Written++
			progress.Samples += samples
		}
		report(progress)
	}
	return progress, nil
}

// writeSlice writes the file of a slice, unless it is there, and returns how many samples
// were written.
func (e *Export) writeSlice(ctx context.Context, folder string, slice Span) (samples int64, err error) {
	file := filepath.Join(folder, fileName(slice))
	unfinished := filepath.Join(folder, unfinishedName(slice))
	if slice.To.After(e.Now) {
		return e.writeFile(ctx, unfinished, slice)
	}
	if _, err := os.Stat(file); err == nil {
		return 0, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if samples, err = e.writeFile(ctx, file, slice); err != nil {
		return samples, err
	}
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return samples, err
	}
	return samples, nil
}

// aside matches the names of files that are being written, here and in earlier versions.
const aside = ".wxapp-*"

// writeFile writes a slice, unless it has no samples.
func (e *Export) writeFile(ctx context.Context, path string, slice Span) (samples int64, err error) {
	file, err := files.Create(path, 0o644) // see WriteFiles
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Discard() }()
	samples, err = e.Write(ctx, file, slice)
	if err == nil && samples > 0 {
		err = file.Commit()
	}
	if err != nil {
		return samples, fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return samples, nil
}

// sweepAge is the age from which a file that is being written is taken for one that a
// killed export left.
const sweepAge = time.Hour

func sweep(folder string) error {
	left, err := filepath.Glob(filepath.Join(folder, aside))
	if err != nil {
		return err
	}
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > sweepAge {
			_ = os.Remove(path)
		}
	}
	return nil
}
