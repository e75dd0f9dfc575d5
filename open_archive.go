package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// openTimeout is how long opening the archive may delay the start.
const openTimeout = 10 * time.Second

// openArchive returns the archive that the configuration names, or one that keeps
// nothing. An archive that does not work now may work later, so it is only a warning. One
// that a later version has written is an error.
func (e *exporter) openArchive(ctx context.Context) (poller.Archive, error) {
	if e.config.Archive == "" {
		e.log.Warn("no archive: a restart loses the numbers, and WeChat keeps two days only",
			"remedy", "set WXAPP_ARCHIVE to a folder")
		return poller.NoArchive{}, nil
	}
	folder := archive.Folder{Path: e.config.Archive}
	opened := archive.Archive{Bucket: folder, Demo: e.config.Demo}
	prepared := make(chan error, 1)
	go func() { // a file system that hangs must not keep the program from starting
		if err := folder.Make(); err != nil {
			prepared <- err
			return
		}
		prepared <- opened.Prepare(ctx)
	}()
	var err error
	select {
	case err = <-prepared:
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(openTimeout):
		err = errors.New("no answer within " + openTimeout.String())
	}
	switch {
	case errors.Is(err, archive.ErrVersion):
		return nil, fmt.Errorf("WXAPP_ARCHIVE: %w; run that version, or set WXAPP_ARCHIVE to another folder", err)
	case errors.Is(err, archive.ErrDemo), errors.Is(err, archive.ErrReal):
		return nil, fmt.Errorf("WXAPP_ARCHIVE: %w; set WXAPP_ARCHIVE to another folder", err)
	case err != nil:
		e.metrics.ArchiveWritten(err)
		e.log.Warn("the archive does not work; numbers are shown, but answers wait in memory and a crash would lose them", "error", err,
			"remedy", "make the folder that WXAPP_ARCHIVE names writable, or set WXAPP_ARCHIVE to one that is")
	default:
		go e.sweep(ctx, folder)
	}
	return opened, nil
}

// sweep removes the files that an earlier process left unfinished when it was killed.
func (e *exporter) sweep(ctx context.Context, folder archive.Folder) {
	removed, err := folder.Sweep(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		e.log.Warn("the archive cannot be searched for unfinished files", "error", err)
	case removed > 0:
		e.log.Info("removed unfinished files of an earlier run from the archive", "files", removed)
	}
}
