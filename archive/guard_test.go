package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// An archive that was away at the start is checked when it is back, before anything is
// written to it.
func TestGuardChecksWhenTheArchiveIsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	guard := archive.NewGuard(archive.Archive{Bucket: archive.Folder{Path: path}})
	key := portraitKey(wechat.Range1Day, answered)
	if err := guard.Prepare(t.Context()); err == nil {
		t.Fatal("there is no folder, and it was prepared")
	}
	if _, err := guard.State(t.Context(), appid); err == nil {
		t.Error("there is no folder, and a state was read")
	}

	if err := os.Mkdir(path, 0o750); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(path, "archive.json"), `{"version":2,"demo":true}`)
	if _, err := guard.State(t.Context(), appid); !errors.Is(err, archive.ErrDemo) {
		t.Errorf("the state of a demo: %v", err)
	}
	if err := guard.SaveAnswer(t.Context(), appid, key, []byte("{}")); !errors.Is(err, archive.ErrDemo) {
		t.Errorf("an answer in the archive of a demo: %v", err)
	}

	write(t, filepath.Join(path, "archive.json"), `{"version":1}`)
	if err := guard.SaveAnswer(t.Context(), appid, key, []byte("{}")); err != nil {
		t.Error(err)
	}
	if content, err := os.ReadFile(filepath.Join(path, "archive.json")); err != nil || string(content) != "{\"version\":2}\n" {
		t.Errorf("archive.json is %q, %v", content, err)
	}
}
