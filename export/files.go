package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

// Folder is a folder of slices.
type Folder struct {
	Path string
	// Slice is the length of a slice.
	Slice time.Duration
	// Chosen are the apps that were named. Empty: all, also those that the archive gets later.
	Chosen []string
	// Rewrite says that slices which do not agree with the archive any more, or were made with
	// other arguments, are written again.
	Rewrite bool
	// Whole says that the span is all that the archive has, so that there are no other slices.
	Whole bool
	// Report is told how far it is after every slice.
	Report func(Progress)
}

// ErrOtherArguments is the error of a folder whose slices were made with other arguments.
var ErrOtherArguments = errors.New("has slices that were made with other arguments")

// WriteFiles writes a file for each slice of a span into a folder, which it makes when it is
// missing. A file is there whole or not at all, and one that is there is left as it is: an export
// that was stopped goes on where it was. A slice that is not over yet is written as unfinished,
// each time, until it is over. A slice without samples gets no file.
//
// A file of the folder says how the slices were made, and which answers concern each. So other
// arguments are refused with ErrOtherArguments, and slices that newer answers concern are found.
func (e *Export) WriteFiles(ctx context.Context, folder Folder, span Span) (progress Progress, err error) {
	slices := Slices(span, folder.Slice)
	progress.Total = len(slices)
	// Others may read what is exported: promtool often runs as another user.
	if err := os.MkdirAll(folder.Path, 0o755); err != nil { //nolint:gosec
		return progress, err
	}
	if err := sweep(folder.Path); err != nil {
		return progress, err
	}
	made, err := e.open(folder, slices)
	if err != nil || len(slices) == 0 {
		return progress, err
	}
	if err := made.write(folder.Path); err != nil {
		return progress, err
	}
	defer func() { err = errors.Join(err, made.write(folder.Path)) }()
	for _, slice := range slices {
		if err := e.writeSlice(ctx, folder, made, slice, &progress); err != nil {
			return progress, err
		}
		progress.Done++
		folder.Report(progress)
	}
	return progress, nil
}

// open returns what is known of the slices in a folder. Those of other arguments are an error
// unless all of them are written again.
func (e *Export) open(folder Folder, all []Span) (manifest, error) {
	there, err := slicesIn(folder.Path)
	if err != nil {
		return manifest{}, err
	}
	made, known := readManifest(folder.Path)
	now := e.madeWith(folder.Slice, folder.Chosen)
	different := made.difference(now)
	if len(there) == 0 || known && different == "" {
		return manifest{now, made.Answers}, nil
	}
	if !known {
		different = "it has no " + manifestName + " that says with which"
	}
	if !folder.Rewrite {
		return made, fmt.Errorf("%w: %s; use another folder, or --rewrite to write all of them again", ErrOtherArguments, different)
	}
	for _, slice := range all {
		there = slices.DeleteFunc(there, func(name string) bool { return name == fileName(slice) || name == unfinishedName(slice) })
	}
	if len(there) > 0 && !folder.Whole {
		return made, fmt.Errorf("%w, and %s that this export does not write again: %s; use another folder, or remove them", ErrOtherArguments, text.Plural(len(there), "slice"), named(there))
	}
	for _, name := range there {
		if err := remove(filepath.Join(folder.Path, name)); err != nil {
			return made, err
		}
	}
	return manifest{now, map[string]string{}}, nil
}

// writeSlice writes the file of a slice, unless it is there.
func (e *Export) writeSlice(ctx context.Context, folder Folder, made manifest, slice Span, progress *Progress) error {
	name := fileName(slice)
	path, unfinished := filepath.Join(folder.Path, name), filepath.Join(folder.Path, unfinishedName(slice))
	if reaching(slice).To.After(e.Now) {
		return e.writeFile(ctx, unfinished, slice, progress)
	}
	there, err := isThere(path)
	if err != nil {
		return err
	}
	digest := e.digest(slice)
	if !there && digest == "" {
		return remove(unfinished)
	}
	if there && made.Answers[name] != digest { // or that is not known
		agrees, err := e.agrees(ctx, path, slice)
		switch {
		case err != nil:
			return fmt.Errorf("compare %s: %w", name, err)
		case !agrees && !folder.Rewrite:
			progress.There++
			progress.Outdated = append(progress.Outdated, name)
			return nil
		case !agrees:
			progress.Rewritten = append(progress.Rewritten, name)
			there = false
		}
	}
	if there {
		progress.There++
	} else if err := e.writeFile(ctx, path, slice, progress); err != nil {
		return err
	}
	made.Answers[name] = digest
	return remove(unfinished)
}

// remove removes a file if it is there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// aside matches the names of files that are being written, here and in earlier versions.
const aside = ".wxapp-*"

// writeFile writes a slice. One without samples has no file.
func (e *Export) writeFile(ctx context.Context, path string, slice Span, progress *Progress) error {
	file, err := files.Create(path, 0o644) // see WriteFiles
	if err != nil {
		return err
	}
	defer func() { _ = file.Discard() }()
	samples, err := e.Write(ctx, file, slice)
	switch {
	case err == nil && samples > 0:
		err = file.Commit()
		progress.Written++
		progress.Samples += samples
	case err == nil:
		err = remove(path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
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
