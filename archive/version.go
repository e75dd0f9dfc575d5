package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
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
	// ErrForeign: it does not say what it is, but holds something that may be real numbers.
	ErrForeign = errors.New("the archive is neither empty nor that of a demo")
)

// ErrLayout is the error of an archive with answers that does not say what it is, because its
// archive.json is damaged.
var ErrLayout = errors.New("archive.json is damaged, so it is not known whether the archive contains real numbers or those of a demo, nor its version")

// IsRefused reports whether an error says that an archive must not be used, however often it is
// tried again.
func IsRefused(err error) bool {
	return slices.ContainsFunc([]error{ErrVersion, ErrLayout, ErrDemo, ErrReal, ErrForeign}, func(refused error) bool { return errors.Is(err, refused) })
}

// layout is the content of versionKey.
type layout struct {
	Version int  `json:"version"`
	Demo    bool `json:"demo,omitzero"`
}

// Check returns ErrVersion if the archive was written by a later version of this program,
// whose answers would not be found, and ErrLayout if it does not say. It only reads.
func (a Archive) Check(ctx context.Context) error {
	_, _, err := a.layout(ctx)
	return err
}

// Prepare checks that the archive can be written and belongs to what is going to be kept
// in it, and writes the version of its layout. The error is ErrVersion, ErrLayout, ErrDemo,
// ErrReal or ErrForeign if the archive must not be used.
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
				return fmt.Errorf("%w: it holds the folder %q", ErrForeign, app)
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

// layout returns what the archive says of itself, if it says anything. What is damaged counts
// as nothing where there are no answers yet.
func (a Archive) layout(ctx context.Context) (found layout, known bool, err error) {
	content, err := a.Bucket.Get(ctx, versionKey)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return layout{}, false, nil
	case err != nil && !errors.Is(err, ErrUnusable):
		return layout{}, false, fmt.Errorf("read the version of the archive: %w", err)
	}
	if err == nil {
		if err = json.Unmarshal(content, &found); err == nil && found.Version < 1 {
			err = errors.New("it has no version")
		}
	}
	switch {
	case err != nil:
		return layout{}, false, a.damagedLayout(ctx, err)
	case found.Version > version:
		return found, true, fmt.Errorf("%w: it has version %d, and this program supports up to version %d", ErrVersion, found.Version, version)
	}
	return found, true, nil
}

// damagedLayout returns ErrLayout if there are answers of any app.
func (a Archive) damagedLayout(ctx context.Context, damage error) error {
	apps, err := a.Apps(ctx)
	switch {
	case err != nil:
		return err
	case len(apps) > 0:
		return fmt.Errorf("%w: %w", ErrLayout, damage)
	}
	a.Notices.once("", versionKey, fmt.Errorf("%s is damaged; it is replaced, because the archive has no answers yet: %w", versionKey, damage))
	return nil
}
