package archive_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func TestFolderThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "a file where the folder should be")
	folder := archive.Folder{Path: path}
	kept := archive.Archive{Bucket: folder}
	key := portraitKey(wechat.Range1Day, answered)
	for what, err := range map[string]error{
		"make":        folder.Make(),
		"prepare":     kept.Prepare(t.Context()),
		"save state":  kept.SaveState(t.Context(), appid, poller.State{}),
		"save answer": kept.SaveAnswer(t.Context(), appid, key, []byte("{}")),
	} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v; want an error that names the folder", what, err)
		}
	}
}

// A folder that is gone is an error and is not created again: a volume may be mounted
// there later.
func TestFolderThatIsGone(t *testing.T) {
	kept, path := inFolder(t)
	if err := os.Rename(path, path+" elsewhere"); err != nil {
		t.Fatal(err)
	}
	key := portraitKey(wechat.Range1Day, answered)
	_, stateErr := kept.State(t.Context(), appid)
	_, listErr := kept.List(t.Context(), appid, statistic(t, "1d"), wechat.Day{})
	for what, err := range map[string]error{
		"state":       stateErr,
		"list":        listErr,
		"save state":  kept.SaveState(t.Context(), appid, poller.State{}),
		"save answer": kept.SaveAnswer(t.Context(), appid, key, []byte("{}")),
	} {
		if err == nil || !strings.Contains(err.Error(), "folder is gone") {
			t.Errorf("%s: %v; want an error that says that the folder is gone", what, err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is there again: %v", err)
	}
	if err := os.Rename(path+" elsewhere", path); err != nil {
		t.Fatal(err)
	}
	if err := kept.SaveState(t.Context(), appid, poller.State{}); err != nil {
		t.Errorf("the folder is back, and cannot be written: %v", err)
	}
}

func TestNothingButWholeFilesIsLeft(t *testing.T) {
	kept, path := inFolder(t)
	// The file cannot be renamed over a folder of the same name.
	if err := os.MkdirAll(filepath.Join(path, appid, "state.json", "occupied"), 0o750); err != nil {
		t.Fatal(err)
	}
	folder := archive.Folder{Path: path}
	if err := folder.Put(t.Context(), appid+"/state.json", []byte("{}")); err == nil {
		t.Fatal("a file replaced a folder")
	}
	if names := hidden(t, path); len(names) > 0 {
		t.Errorf("%q are left", names)
	}
	_ = kept
}

// Unfinished files of a killed process are removed; files that another process is writing
// are not.
func TestSweep(t *testing.T) {
	kept, path := inFolder(t)
	key := portraitKey(wechat.Range1Day, answered)
	save(t, kept, key, "{}")
	fresh := filepath.Join(path, appid, "1d", ".20261123_20261124T010203.000000004Z.json.gz5577006791947779410")
	foreign := filepath.Join(path, appid, ".nfs0123456789")
	old := []string{
		filepath.Join(path, ".archive.json8674665223082153551"),
		filepath.Join(path, appid, ".state.json6129484611666145821"),
		filepath.Join(path, appid, "1d", ".20261123_20261124T010203.000000004Z.json.gz4037200794235010051"),
		filepath.Join(path, appid, "1d", ".new-3916589616"), // of an earlier version
	}
	for _, file := range append(old, fresh, foreign) {
		write(t, file, "half")
		if file == fresh {
			continue
		}
		if err := os.Chtimes(file, answered, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := archive.Folder{Path: path}.Sweep(t.Context())
	if err != nil || removed != len(old) {
		t.Errorf("swept %d, %v; want %d", removed, err, len(old))
	}
	if names := hidden(t, path); !slices.Equal(names, []string{foreign, fresh}) {
		t.Errorf("%q are left, want %q and %q", names, foreign, fresh)
	}
	if _, err := kept.Answer(t.Context(), appid, key); err != nil {
		t.Error(err)
	}
}

// Nobody but the owner and its group can read the archive, not even a file that was open to
// others before.
func TestModes(t *testing.T) {
	kept, path := inFolder(t)
	save(t, kept, portraitKey(wechat.Range1Day, answered), "{}")
	write(t, filepath.Join(path, appid, "state.json"), "{}")
	if err := os.Chmod(filepath.Join(path, appid, "state.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := kept.SaveState(t.Context(), appid, poller.State{}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		want := fs.FileMode(0o640)
		if entry.IsDir() {
			want = 0o750
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has the mode %s, want %s", path, info.Mode(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hidden returns the files whose names begin with a dot, such as those that are being
// written, in the order of a walk.
func hidden(t *testing.T, path string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && strings.HasPrefix(entry.Name(), ".") {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
