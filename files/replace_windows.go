package files

import (
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// pendingFile is what renameio has for the other systems.
type pendingFile struct {
	*os.File
	path         string
	closed, done bool
}

// newPendingFile ignores the mode: the folder says who may read the file.
func newPendingFile(path string, _ fs.FileMode) (*pendingFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*")
	if err != nil {
		return nil, err
	}
	return &pendingFile{File: file, path: path}, nil
}

// CloseAtomicallyReplace syncs and closes the file and moves it to its place. It returns
// when the move is on the disk.
func (p *pendingFile) CloseAtomicallyReplace() error {
	if err := p.Sync(); err != nil {
		return err
	}
	p.closed = true
	if err := p.Close(); err != nil {
		return err
	}
	from, err := windows.UTF16PtrFromString(p.Name())
	if err != nil {
		return err
	}
	to, err := windows.UTF16PtrFromString(p.path)
	if err != nil {
		return err
	}
	if err := windows.MoveFileEx(from, to, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return &os.LinkError{Op: "rename", Old: p.Name(), New: p.path, Err: err}
	}
	p.done = true
	return nil
}

// Cleanup removes the file, unless it is in its place.
func (p *pendingFile) Cleanup() error {
	if p.done {
		return nil
	}
	if !p.closed {
		p.closed = true
		_ = p.Close()
	}
	p.done = true
	return os.Remove(p.Name())
}

// SyncFolder does nothing: Windows has no such call, and moves are written through.
func SyncFolder(string) error { return nil }
