//go:build unix

package archive

import "golang.org/x/sys/unix"

// makeable returns why no folder can be made in a folder.
func makeable(folder string) error { return unix.Access(folder, unix.W_OK|unix.X_OK) }
