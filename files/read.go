package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Timeout bounds one Read. A local file takes microseconds.
const Timeout = 10 * time.Second

// ErrNotRegular is the error of a path that names a folder, a named pipe, a device
// or a socket.
var ErrNotRegular = errors.New("not a regular file")

// ErrTooLarge is the error of a file that is larger than the limit.
var ErrTooLarge = errors.New("too large")

// tooLarge is ErrTooLarge with the limit.
type tooLarge int64

func (e tooLarge) Error() string { return fmt.Sprintf("is larger than %d bytes", int64(e)) }

func (e tooLarge) Is(target error) bool { return target == ErrTooLarge }

// Read reads a regular file of at most limit bytes. A symbolic link to one is fine,
// since Kubernetes mounts secrets that way. Anything else is refused before it is
// opened, because opening a named pipe blocks until somebody writes to it; the error is
// then ErrNotRegular.
//
// A file system that does not answer within 10 seconds, such as a dead network mount,
// is an error as well. Nothing can interrupt the system call, so its goroutine stays
// until the file system answers.
//
// The error is an *fs.PathError. It never holds the content of the file.
func Read(path string, limit int64) ([]byte, error) {
	content, err := within(Timeout, func() ([]byte, error) { return ReadUntimed(path, limit) })
	if err == nil {
		return content, nil
	}
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrapped.Err
	}
	return nil, &fs.PathError{Op: "read", Path: path, Err: err}
}

// ReadUntimed is Read without the limit of time, for callers that have one of
// their own and can bound how many reads are waiting.
func ReadUntimed(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("is a %s, %w", fileKind(info.Mode()), ErrNotRegular)}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: tooLarge(limit)}
	}
	return content, nil
}

func fileKind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "folder"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	default:
		return "special file"
	}
}

// within returns what read returns, unless that takes longer than the timeout.
func within(timeout time.Duration, read func() ([]byte, error)) ([]byte, error) {
	type result struct {
		content []byte
		err     error
	}
	done := make(chan result, 1) // buffered: a late result must not block its goroutine
	go func() {
		content, err := read()
		done <- result{content, err}
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.content, r.err
	case <-timer.C:
		return nil, fmt.Errorf("the file system does not answer within %v", timeout)
	}
}
