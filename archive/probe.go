package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// probeKey is the key of the object that Probe writes.
const probeKey = "doctor-probe"

// probeSize is the size of that object in bytes: as much as an answer, so that a disk that
// is full is found.
const probeSize = 16 << 10

// remover is a Bucket that can remove what it keeps.
type remover interface {
	Remove(ctx context.Context, key string) error
}

// Probe checks that the archive may be used and works: it reads the version of the layout,
// and writes an object of 16 KiB under the key doctor-probe and reads it back. A folder
// removes it again. A bucket keeps it, because the exporter needs no permission to delete.
// The error is ErrVersion, ErrLayout, ErrDemo or ErrReal if the archive must not be used.
func (a Archive) Probe(ctx context.Context) error {
	found, known, err := a.layout(ctx)
	switch {
	case err != nil:
		return err
	case known && found.Demo && !a.Demo:
		return ErrDemo
	case known && !found.Demo && a.Demo:
		return ErrReal
	}
	if err := a.Bucket.Put(ctx, probeKey, probe()); err != nil {
		return fmt.Errorf("write to the archive: %w", err)
	}
	content, err := a.Bucket.Get(ctx, probeKey)
	if err != nil {
		return fmt.Errorf("read what was written to the archive: %w", err)
	}
	if !bytes.Equal(content, probe()) {
		return ErrAltered
	}
	if folder, ok := a.Bucket.(Folder); ok {
		if err := folder.Remove(ctx, probeKey); err != nil {
			return fmt.Errorf("remove the probe from the archive: %w", err)
		}
	}
	return nil
}

// probe returns bytes that no file system can make smaller. They are always the same, so
// that two probes at once do not disturb each other.
func probe() []byte {
	content := make([]byte, probeSize)
	_, _ = rand.NewChaCha8([32]byte([]byte("the probe of an archive's doctor"))).Read(content)
	return content
}

// Remove removes a file. One that is gone already is no error.
func (f Folder) Remove(_ context.Context, key string) error {
	if err := os.Remove(f.file(key)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Makeable reports whether the folder is missing and, if so, whether Make could make it:
// the error says why not.
func (f Folder) Makeable() (missing bool, err error) {
	path, err := filepath.Abs(f.Path)
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return false, nil //nolint:nilerr // it is there, and reading it will tell what is wrong
	}
	for {
		path = filepath.Dir(path)
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return true, err
		case !info.IsDir():
			return true, fmt.Errorf("%s is not a folder", path)
		}
		if err := makeable(path); err != nil {
			return true, fmt.Errorf("the archive's folder cannot be created in %s: %w", path, err)
		}
		return true, nil
	}
}
