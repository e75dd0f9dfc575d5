package main

import (
	"context"
	"errors"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// openTimeout bounds the time in which the archive is opened at the start.
const openTimeout = 10 * time.Second

// openArchive returns the archive of the configuration, or none. An archive that does not
// work now may work later, while the exporter runs; one of a later version is an error.
func (e *exporter) openArchive(ctx context.Context) (poller.Archive, error) {
	if e.config.Archive == "" {
		e.log.Warn("no archive: a restart loses the numbers, and WeChat keeps two days only",
			"remedy", "set WXAPP_ARCHIVE to a folder")
		return poller.NoArchive{}, nil
	}
	folder := archive.Folder{Path: e.config.Archive}
	opened := archive.Archive{Bucket: folder}
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
		return nil, errors.New("WXAPP_ARCHIVE: " + err.Error() + "; run that version, or set WXAPP_ARCHIVE to another folder")
	case err != nil:
		e.metrics.ArchiveWritten(err)
		e.log.Warn("the archive does not work; numbers are shown, but answers wait in memory and a crash would lose them", "error", err,
			"remedy", "make the folder that WXAPP_ARCHIVE names writable, or set WXAPP_ARCHIVE to one that is")
	default:
		go e.sweep(ctx, folder)
	}
	return opened, nil
}

// sweep removes what an earlier process left half-written when it was killed.
func (e *exporter) sweep(ctx context.Context, folder archive.Folder) {
	removed, err := folder.Sweep(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		e.log.Warn("the archive cannot be searched for unfinished files", "error", err)
	case removed > 0:
		e.log.Info("unfinished files of an earlier run are removed from the archive", "files", removed)
	}
}
