package files_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	for range 2 { // a lock that was released can be taken
		held, err := files.Lock(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.Lock(path); !errors.Is(err, files.ErrLocked) {
			t.Errorf("a second lock: %v", err)
		}
		if err := held.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := files.Lock(filepath.Join(path, "below")); err == nil || errors.Is(err, files.ErrLocked) {
		t.Errorf("below a file: %v", err)
	}
}
