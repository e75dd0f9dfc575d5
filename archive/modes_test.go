//go:build unix

package archive_test

import (
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Whatever the umask is, nobody but the owner and its group can read the archive, and
// nobody but the owner can write to it.
func TestArchiveIsPrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	root := filepath.Join(t.TempDir(), "new", "archive")
	folder := archive.Folder{Path: root}
	kept := archive.Archive{Bucket: folder}
	if err := folder.Make(); err != nil {
		t.Fatal(err)
	}
	if err := kept.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	key := portraitKey(wechat.Range1Day, answered)
	if err := kept.SaveAnswer(t.Context(), appid, key, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := kept.SaveState(t.Context(), appid, poller.State{}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o027 != 0 {
			t.Errorf("%s has the mode %s", path, info.Mode())
		}
		if !entry.IsDir() {
			files++
		}
		return err
	})
	if err != nil || files != 3 {
		t.Errorf("%d files, %v; want 3", files, err)
	}
}
