package files

import (
	"io/fs"
	"path/filepath"
)

// Pending is a file that is being written under another name in its folder: a dot, the
// name that it will have, and a number. After a crash, its path has the old content or the
// new one, and at worst the file with the other name is left.
type Pending struct {
	path string
	file *pendingFile
}

// Create begins to write a file with a mode, whatever the umask is. Commit or Discard ends
// that.
func Create(path string, mode fs.FileMode) (*Pending, error) {
	file, err := newPendingFile(path, mode)
	if err != nil {
		return nil, err
	}
	return &Pending{path, file}, nil
}

// Write adds content.
func (p *Pending) Write(content []byte) (int, error) { return p.file.Write(content) }

// Commit puts the file in its place, where it replaces another, and makes that durable.
func (p *Pending) Commit() error {
	if err := p.file.CloseAtomicallyReplace(); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(p.path))
}

// Discard removes what was written. After Commit has put the file in its place, it does
// nothing.
func (p *Pending) Discard() error { return p.file.Cleanup() }

// Write writes a file so that after a crash it has the old content or the new one. When it
// returns no error, the new content is durable.
func Write(path string, content []byte, mode fs.FileMode) error {
	pending, err := Create(path, mode)
	if err != nil {
		return err
	}
	defer func() { _ = pending.Discard() }()
	if _, err := pending.Write(content); err != nil {
		return err
	}
	return pending.Commit()
}
