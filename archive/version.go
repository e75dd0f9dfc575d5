package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// version is the version of the layout. In version 1, answers were not compressed.
const version = 2

// ErrVersion is the error of an archive that a later version of this program has written.
var ErrVersion = errors.New("the archive was written by a later version")

// The errors of made-up numbers and real ones that must not meet in one archive.
var (
	ErrDemo = errors.New("the archive contains the made-up numbers of a demo")
	ErrReal = errors.New("the archive contains real numbers, and a demo must not write to it")
)

// layout is the content of versionKey.
type layout struct {
	Version int  `json:"version"`
	Demo    bool `json:"demo,omitzero"`
}

// Check returns ErrVersion if the archive was written by a later version of this program,
// whose answers would not be found. It only reads.
func (a Archive) Check(ctx context.Context) error {
	_, _, err := a.layout(ctx)
	return err
}

// Prepare checks that the archive can be written and belongs to what is going to be kept
// in it, and writes the version of its layout. The error is ErrVersion, ErrDemo or ErrReal
// if the archive must not be used.
func (a Archive) Prepare(ctx context.Context) error {
	found, known, err := a.layout(ctx)
	if err != nil {
		return err
	}
	switch {
	case known && found.Demo && !a.Demo:
		return ErrDemo
	case known && !found.Demo && a.Demo:
		return ErrReal
	case !known && a.Demo: // an archive without a version may be one of version 1
		apps, err := a.Apps(ctx)
		if err != nil {
			return err
		}
		for _, app := range apps {
			if !strings.HasPrefix(app, "wxdemo") {
				return ErrReal
			}
		}
	}
	content, err := json.Marshal(layout{version, a.Demo})
	if err != nil {
		return fmt.Errorf("encode the version of the archive: %w", err)
	}
	if err := a.Bucket.Put(ctx, versionKey, append(content, '\n')); err != nil {
		return fmt.Errorf("write to the archive: %w", err)
	}
	return nil
}

// layout returns what the archive says of itself, if it says anything.
func (a Archive) layout(ctx context.Context) (found layout, known bool, err error) {
	content, err := a.Bucket.Get(ctx, versionKey)
	if errors.Is(err, fs.ErrNotExist) {
		return layout{}, false, nil
	}
	if err != nil {
		return layout{}, false, fmt.Errorf("read the version of the archive: %w", err)
	}
	if json.Unmarshal(content, &found) != nil {
		return layout{}, false, nil
	}
	if found.Version > version {
		return found, true, fmt.Errorf("%w: it has version %d, and this program supports up to version %d", ErrVersion, found.Version, version)
	}
	return found, true, nil
}
