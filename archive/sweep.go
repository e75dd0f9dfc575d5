package archive

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"
)

// sweepAge is the age from which an unfinished file counts as abandoned.
const sweepAge = 10 * time.Minute

// Sweep removes the unfinished files of a program that was killed, and returns how many
// it removed. What cannot be read or removed stays.
func (f Folder) Sweep(ctx context.Context) (removed int, err error) {
	root, err := os.OpenRoot(f.Path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	err = fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !entry.Type().IsRegular() || !unfinished.MatchString(entry.Name()) {
			return nil //nolint:nilerr // what cannot be read cannot be swept
		}
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > sweepAge && root.Remove(path) == nil {
			removed++
		}
		return nil
	})
	return removed, err
}

// SweepAndTell sweeps the folder and logs what it has removed.
func (f Folder) SweepAndTell(ctx context.Context, log *slog.Logger) {
	removed, err := f.Sweep(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		log.Warn("the archive cannot be searched for unfinished files", "error", err)
	case removed > 0:
		log.Info("removed unfinished files of an earlier run from the archive", "files", removed)
	}
}
