package archive

import (
	"context"
	"errors"
)

// Bucket stores objects under keys, which are paths with slashes. Its methods may be
// called from several goroutines.
type Bucket interface {
	// Get returns an object. The error is fs.ErrNotExist when there is none, and ErrUnusable
	// when what is there can never be read as one.
	Get(ctx context.Context, key string) ([]byte, error)
	// Put adds or replaces an object. After a crash it is there whole or not at all.
	Put(ctx context.Context, key string, content []byte) error
	// List returns the names of the objects directly below a folder that stand behind a text in the
	// order of their bytes, in any order. It is empty when there are none.
	List(ctx context.Context, folder, after string) ([]string, error)
	// ListFolders returns the names of the folders directly below a folder, in any order.
	// The empty folder is the root.
	ListFolders(ctx context.Context, folder string) ([]string, error)
}

// ErrUnusable is the error of what stands in the place of an object and is none: a folder, a
// pipe, or a file that is larger than 16 MiB.
var ErrUnusable = errors.New("it is not a file of at most 16 MiB")

// unusable makes an error ErrUnusable.
type unusable struct{ error }

func (e unusable) Is(target error) bool { return target == ErrUnusable }

func (e unusable) Unwrap() error { return e.error }
