//go:build unix

package web

import "golang.org/x/sys/unix"

// maxOpenFiles returns how many files the process may have open.
func maxOpenFiles() (uint64, error) {
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	return uint64(limit.Cur), err // it is signed on some systems
}
