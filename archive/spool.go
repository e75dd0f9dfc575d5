package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/wxapp-exporter/wxapp_exporter/files"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// maxSpool is how much a Spool keeps, in bytes: some 100,000 answers.
const maxSpool = 1 << 30

// The names in the folder of a Spool. The answers have a folder of their own in it, because the
// folder itself may be a volume that belongs to somebody else and that everybody may write to.
const (
	spoolAnswers = "answers"
	spoolLock    = ".lock" // which is no appid
)

// ErrSpoolFull is the error of an answer for which a Spool has no room.
var ErrSpoolFull = errors.New("the spool is full: it keeps 1 GiB, and gets room when the archive works again")

// ErrSpoolInUse is the error of a folder that is the spool of another process.
var ErrSpoolInUse = errors.New("another process uses this folder; give each process a folder of its own")

// Spool keeps packed answers in a folder of this process until an archive has taken them. It
// implements poller.Spool. The names are those of an archive, in a folder that only the owner
// can read.
type Spool struct {
	folder string
	limit  int64 // in bytes
	lock   *os.File

	mu   sync.Mutex
	kept map[string]spooled // by name
	size int64              // of all answers, in bytes
}

// spooled is an answer in a Spool.
type spooled struct {
	appid string
	key   poller.AnswerKey
	size  int64
}

// OpenSpool opens the spool in a folder, which it makes when it is missing, and locks it until
// it is closed or the process ends. The error is ErrSpoolInUse when another process has locked
// it. What is in the folder and is no answer is left alone, and warn is called with a text that
// says so.
func OpenSpool(path string, warn func(text string)) (*Spool, error) {
	return openSpool(path, maxSpool, warn)
}

func openSpool(path string, limit int64, warn func(text string)) (*Spool, error) {
	folder, err := makeSpool(path)
	if err != nil {
		return nil, err
	}
	lock, err := files.Lock(filepath.Join(folder, spoolLock))
	switch {
	case errors.Is(err, files.ErrLocked):
		return nil, ErrSpoolInUse
	case err != nil:
		return nil, fmt.Errorf("lock the folder: %w", err)
	}
	s := &Spool{folder: folder, limit: limit, lock: lock, kept: map[string]spooled{}}
	if err := s.find(warn); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// makeSpool returns the folder of the answers, which only its owner can use.
func makeSpool(path string) (string, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", fmt.Errorf("create the folder: %w", err)
	}
	folder := filepath.Join(path, spoolAnswers)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("create a folder in it: %w", err)
	}
	info, err := os.Lstat(folder)
	switch {
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", fmt.Errorf("%s is in the place of a folder; move it away", folder)
	case info.Mode().Perm() != 0o700:
		if err := os.Chmod(folder, 0o700); err != nil { //nolint:gosec // it is a folder
			return "", fmt.Errorf("others can use %s, and that cannot be changed: %w", folder, err)
		}
	}
	return folder, errors.Join(files.SyncFolder(path), files.SyncFolder(filepath.Dir(path)))
}

// Close lets other processes use the folder. The answers stay.
func (s *Spool) Close() error { return s.lock.Close() }

// Save keeps a packed answer. When it returns no error, the answer is durable. The error is
// ErrSpoolFull when there is no room for it.
func (s *Spool) Save(appid string, key poller.AnswerKey, answer []byte) error {
	name, size := answerKey(appid, key, packed), int64(len(answer))
	if !s.reserve(size) {
		return ErrSpoolFull
	}
	path := s.file(name)
	err := makeFolder(s.folder, filepath.Dir(path), 0o700)
	if err == nil {
		err = files.Write(path, answer, 0o600)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.size -= size
		return fmt.Errorf("keep an answer in the spool: %w", err)
	}
	s.size -= s.kept[name].size // that it replaces
	s.kept[name] = spooled{appid, key, size}
	return nil
}

// reserve takes room, if there is enough.
func (s *Spool) reserve(size int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if size > s.limit-s.size {
		return false
	}
	s.size += size
	return true
}

// Saved returns the keys of the answers that are kept, by appid and the oldest first. The error
// is nil.
func (s *Spool) Saved() (map[string][]poller.AnswerKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	saved := map[string][]poller.AnswerKey{}
	for _, answer := range s.kept {
		saved[answer.appid] = append(saved[answer.appid], answer.key)
	}
	for _, keys := range saved {
		slices.SortFunc(keys, func(a, b poller.AnswerKey) int { return a.Answered.Compare(b.Answered) })
	}
	return saved, nil
}

// Answer returns a packed answer. The error is poller.ErrDamaged when it is not whole or not
// there; then Saved does not return its key any more.
func (s *Spool) Answer(appid string, key poller.AnswerKey) ([]byte, error) {
	name := answerKey(appid, key, packed)
	answer, err := files.ReadUntimed(s.file(name), maxObject)
	switch {
	case isMissing(err), errors.Is(err, files.ErrNotRegular), errors.Is(err, files.ErrTooLarge):
	case err != nil:
		return nil, fmt.Errorf("read an answer in the spool: %w", err)
	default:
		if _, err = unpack(answer); err == nil {
			return answer, nil
		}
	}
	s.giveUp(name)
	return nil, fmt.Errorf("%w: %s: %w", poller.ErrDamaged, s.file(name), err)
}

// giveUp leaves a damaged answer alone. It takes room as before.
func (s *Spool) giveUp(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, name)
}

// Remove removes an answer. One that is gone already is no error.
func (s *Spool) Remove(appid string, key poller.AnswerKey) error {
	name := answerKey(appid, key, packed)
	if err := os.Remove(s.file(name)); err != nil && !isMissing(err) {
		return fmt.Errorf("remove an answer from the spool: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size -= s.kept[name].size
	delete(s.kept, name)
	return nil
}

func (s *Spool) file(name string) string { return filepath.Join(s.folder, filepath.FromSlash(name)) }
