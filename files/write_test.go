package files_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

// check holds what is in a folder.
func check(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, entry.Name()+": "+string(content))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder has %q, want %q", got, want)
	}
}

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	for _, content := range []string{"old", "new"} {
		if err := files.Write(path, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		check(t, folder, "file: "+content)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o640 && runtime.GOOS != "windows" {
		t.Errorf("the mode is %o", mode)
	}
	if err := files.Write(filepath.Join(folder, "absent", "file"), nil, 0o640); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without its folder: %v", err)
	}
}

// A file that cannot be put in its place leaves nothing behind.
func TestWriteFails(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "sub")
	if err := os.MkdirAll(filepath.Join(path, "sub"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := files.Write(path, []byte("content"), 0o640); err == nil {
		t.Error("a folder was replaced")
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestPending(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	for _, test := range []struct {
		content string
		commit  bool
		want    []string
	}{
		{"never there", false, nil},
		{"first", true, []string{"file: first"}},
		{"second", false, []string{"file: first"}},
		{"third", true, []string{"file: third"}},
	} {
		pending, err := files.Create(path, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pending.Write([]byte(test.content)); err != nil {
			t.Fatal(err)
		}
		aside, err := filepath.Glob(filepath.Join(folder, ".file[0-9]*"))
		if err != nil || len(aside) != 1 {
			t.Errorf("written aside: %q, %v", aside, err)
		}
		if test.commit {
			if err := pending.Commit(); err != nil {
				t.Error(err)
			}
		}
		if err := pending.Discard(); err != nil {
			t.Error(err)
		}
		check(t, folder, test.want...)
	}
}
