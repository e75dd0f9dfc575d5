package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

// maxObject is the largest file that is read, in bytes.
const maxObject = 16 << 20

// unfinished matches the names of files that are being written: a dot, the name that the
// file will have, and a number. Earlier versions wrote .new- and a number.
var unfinished = regexp.MustCompile(`^\.(new-|doctor-probe|.+\.json(\.gz)?)[0-9]+$`)

// Folder is a Bucket in a folder of the file system. A file is written under another
// name, synced and then renamed; the folders are synced, too. Only the owner and its
// group can read the files. The folder itself must exist: if it is gone, every call fails
// and it is not created again, because a volume may be mounted there later and hide what
// was written.
type Folder struct {
	Path string
}

// Make makes the folder when it is missing.
func (f Folder) Make() error {
	if err := os.MkdirAll(f.Path, 0o750); err != nil {
		return fmt.Errorf("create the archive's folder: %w", err)
	}
	return files.SyncFolder(filepath.Dir(f.Path))
}

// Get returns the content of a file.
func (f Folder) Get(_ context.Context, key string) ([]byte, error) {
	content, err := files.ReadUntimed(f.file(key), maxObject)
	switch {
	case isMissing(err):
		if gone := f.check(); gone != nil {
			return nil, gone
		}
		return nil, fs.ErrNotExist
	case errors.Is(err, files.ErrNotRegular), errors.Is(err, files.ErrTooLarge), errors.Is(err, syscall.ELOOP):
		return nil, unusable{err}
	}
	return content, err
}

// isMissing reports whether an error means that a file or a folder is missing. Below a file
// there is none.
func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// List returns the names of the files in a folder that stand behind a text.
func (f Folder) List(_ context.Context, folder, after string) ([]string, error) {
	entries, err := os.ReadDir(f.file(folder))
	if isMissing(err) {
		return nil, f.check()
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && entry.Name() > after && !unfinished.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// Put writes a file.
func (f Folder) Put(_ context.Context, key string, content []byte) error {
	if err := f.check(); err != nil {
		return err
	}
	path := f.file(key)
	if err := makeFolder(f.Path, filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return files.Write(path, content, 0o640)
}

// makeFolder makes a folder below another one that is there, and its parents with it, and makes
// that durable.
func makeFolder(root, folder string, mode fs.FileMode) error {
	if folder == filepath.Clean(root) {
		return nil
	}
	err := os.Mkdir(folder, mode)
	switch {
	case errors.Is(err, fs.ErrExist):
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return fmt.Errorf("%s is in the place of a folder of the archive; move it away", folder)
		}
		return nil
	case isMissing(err):
		if err := makeFolder(root, filepath.Dir(folder), mode); err != nil {
			return err
		}
		err = os.Mkdir(folder, mode)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return files.SyncFolder(filepath.Dir(folder))
}

// check returns an error when the folder itself is gone.
func (f Folder) check() error {
	info, err := os.Stat(f.Path)
	switch {
	case err != nil:
		// Not wrapped, because fs.ErrNotExist would mean that the object never existed.
		return fmt.Errorf("the archive's folder is gone: %v", err) //nolint:errorlint
	case !info.IsDir():
		return fmt.Errorf("the archive's folder %s is not a folder", f.Path)
	}
	return nil
}

func (f Folder) file(key string) string { return filepath.Join(f.Path, filepath.FromSlash(key)) }
