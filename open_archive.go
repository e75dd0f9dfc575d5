package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// openTimeout is how long opening the archive may delay the start.
const openTimeout = 10 * time.Second

// newBucket returns the bucket of an archive. Nothing is read or written yet.
func newBucket(settings config.Archive) (archive.Bucket, error) {
	if settings.ObjectStorage == "" {
		return archive.Folder{Path: settings.Folder}, nil
	}
	bucket, err := archive.NewObjectStorage([]byte(settings.ObjectStorage.Reveal()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", settings.Setting, err)
	}
	return bucket, nil
}

// openArchive returns the archive that the configuration names, or one that keeps
// nothing. An archive that does not work now may work later, so it is only a warning. One
// that must not be used is an error: a later version has written it, or made-up and real
// numbers would meet in it.
func (e *exporter) openArchive(ctx context.Context) (poller.Archive, error) {
	settings := e.config.Archive
	if settings.None() {
		e.log.Warn("no archive: a restart loses the numbers, and WeChat keeps two days only",
			"remedy", "set WXAPP_ARCHIVE to a folder")
		return poller.NoArchive{}, nil
	}
	bucket, err := newBucket(settings)
	if err != nil {
		return nil, err
	}
	opened := archive.NewGuard(archive.Archive{Bucket: bucket, Demo: e.config.Demo})
	err = opened.Open(ctx, openTimeout)
	folder, isFolder := bucket.(archive.Folder)
	another, works := "set WXAPP_ARCHIVE to another folder", "make the folder that WXAPP_ARCHIVE names writable, or set WXAPP_ARCHIVE to one that is"
	if !isFolder {
		another, works = "name another bucket or prefix in that file", "check the bucket, its keys and the network; a restart is only needed after a change of WXAPP_ARCHIVE_CONFIG_FILE"
	}
	switch {
	case errors.Is(err, archive.ErrVersion):
		return nil, fmt.Errorf("%s: %w; run that version, or %s", settings.Setting, err, another)
	case errors.Is(err, archive.ErrDemo), errors.Is(err, archive.ErrReal):
		return nil, fmt.Errorf("%s: %w; %s", settings.Setting, err, another)
	case err != nil:
		e.metrics.ArchiveWritten(err)
		e.log.Warn("the archive does not work; numbers are shown, but answers wait in memory and a crash would lose them", "error", err,
			"remedy", works)
	case isFolder:
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
