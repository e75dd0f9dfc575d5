package files

import (
	"errors"
	"os"
)

// ErrLocked is the error of a file that another process, or another call, has locked.
var ErrLocked = errors.New("it is locked by another process")

// Lock locks a file, which it makes when it is missing, until it is closed or the process
// ends, however that ends. The error is ErrLocked when somebody else has locked it. The file
// stays.
func Lock(path string) (*os.File, error) { return lock(path) }
