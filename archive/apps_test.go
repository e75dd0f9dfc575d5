package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Files, hidden folders and those with other names are no apps.
func TestApps(t *testing.T) {
	kept, path := inFolder(t)
	if apps, err := kept.Apps(t.Context()); err != nil || len(apps) != 0 {
		t.Errorf("an empty archive has the apps %v, error %v", apps, err)
	}
	for _, name := range []string{"lost+found", ".snapshot", "wxb"} {
		if err := os.Mkdir(filepath.Join(path, name), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	save(t, kept, portraitKey(wechat.Range1Day, answered), "{}")
	apps, err := kept.Apps(t.Context())
	if want := []string{appid, "wxb"}; err != nil || !slices.Equal(apps, want) {
		t.Errorf("apps %v, %v; want %v", apps, err, want)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if apps, err := kept.Apps(t.Context()); err == nil {
		t.Errorf("a folder that is gone has the apps %v", apps)
	}
}

// Check refuses what Prepare refuses, and writes nothing.
func TestCheck(t *testing.T) {
	kept, path := inFolder(t)
	if err := kept.Check(t.Context()); err != nil {
		t.Error(err)
	}
	file := filepath.Join(path, "archive.json")
	write(t, file, `{"version": 3}`)
	if err := kept.Check(t.Context()); !errors.Is(err, archive.ErrVersion) {
		t.Errorf("error %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := kept.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the version was written")
	}
}
