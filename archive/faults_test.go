//go:build linux

package archive_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// mounted returns a new file system of 1 MiB, and whether this process may mount one.
func mounted(t *testing.T) (path string, ok bool) {
	t.Helper()
	path = t.TempDir()
	err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=1m")
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		return path, false
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(path, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return path, true
}

// filled returns a folder of a disk that becomes full by one call and has space again after
// the other. Where nothing may be mounted, the limit for the size of a file stands in for
// the disk.
func filled(t *testing.T) (path string, fill, free func()) {
	t.Helper()
	path, ok := mounted(t)
	if ok {
		filler := filepath.Join(path, "filler")
		fill = func() {
			if err := os.WriteFile(filler, bytes.Repeat([]byte("x"), 2<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("a disk of 1 MiB takes 2 MiB: %v", err)
			}
		}
		return path, fill, func() {
			if err := os.Remove(filler); err != nil {
				t.Fatal(err)
			}
		}
	}
	signal.Ignore(syscall.SIGXFSZ)
	limit := func(size uint64) {
		var limits syscall.Rlimit
		if err := errors.Join(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limits)); err != nil {
			t.Fatal(err)
		}
		limits.Cur = min(size, limits.Max)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limits); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { limit(math.MaxUint64); signal.Reset(syscall.SIGXFSZ) })
	return path, func() { limit(1) }, func() { limit(math.MaxUint64) }
}

// TestDiskFull also holds that what was there before stays whole.
func TestDiskFull(t *testing.T) {
	path, fill, free := filled(t)
	kept := archive.Archive{Bucket: archive.Folder{Path: path}}
	before, after := prepared(t, kept)
	fill()
	packed, err := kept.Pack(answered, []byte(strings.Repeat(`{"a":1}`, 10_000)))
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"answer": kept.SaveAnswer(t.Context(), appid, after, packed),
		"state":  kept.SaveState(t.Context(), appid, poller.State{LastPoll: answered.Add(1)}),
	} {
		if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EFBIG) {
			t.Errorf("%s on a full disk: %v", what, err)
		}
	}
	stillThere(t, kept, path, before)
	free()
	writable(t, kept, after)
}

// TestReadOnlyFolder holds that a folder that cannot be written can be read.
func TestReadOnlyFolder(t *testing.T) {
	path, ok := mounted(t)
	kept := archive.Archive{Bucket: archive.Folder{Path: path}}
	before, after := prepared(t, kept)
	readOnly := func(on bool) {
		var err error
		switch {
		case ok && on:
			err = syscall.Mount("", path, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
		case ok:
			err = syscall.Mount("", path, "", syscall.MS_REMOUNT, "")
		case on: // without the right to mount, this is hardly root, who may write anywhere
			err = errors.Join(os.Chmod(filepath.Join(path, appid), 0o500), os.Chmod(filepath.Join(path, appid, "1d"), 0o500))
		default:
			err = errors.Join(os.Chmod(filepath.Join(path, appid), 0o750), os.Chmod(filepath.Join(path, appid, "1d"), 0o750))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	readOnly(true)
	for what, err := range map[string]error{
		"answer": kept.SaveAnswer(t.Context(), appid, after, []byte("{}")),
		"state":  kept.SaveState(t.Context(), appid, poller.State{LastPoll: answered.Add(1)}),
	} {
		if !errors.Is(err, syscall.EROFS) && !errors.Is(err, syscall.EACCES) {
			t.Errorf("%s in a read-only folder: %v", what, err)
		}
	}
	stillThere(t, kept, path, before)
	readOnly(false)
	writable(t, kept, after)
}

// TestFolderRemovedAndBack holds that a folder that was deleted is used again once somebody
// has made it again, and not before.
func TestFolderRemovedAndBack(t *testing.T) {
	kept, path := inFolder(t)
	_, after := prepared(t, kept)
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := kept.SaveAnswer(t.Context(), appid, after, []byte("{}")); err == nil {
		t.Error("an answer was written to a folder that is gone")
	}
	if err := os.Mkdir(path, 0o750); err != nil {
		t.Fatal(err)
	}
	writable(t, kept, after)
}

// prepared writes an answer and a state, and returns its key and that of another answer.
func prepared(t *testing.T, kept archive.Archive) (before, after poller.AnswerKey) {
	t.Helper()
	if err := kept.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	before = portraitKey(wechat.Range1Day, answered)
	after = portraitKey(wechat.Range1Day, answered.Add(1))
	save(t, kept, before, `{"before":1}`)
	if err := kept.SaveState(t.Context(), appid, poller.State{LastPoll: answered}); err != nil {
		t.Fatal(err)
	}
	return before, after
}

// stillThere holds that what was written before a fault can be read, and that no half of
// anything was left.
func stillThere(t *testing.T, kept archive.Archive, path string, before poller.AnswerKey) {
	t.Helper()
	if answer, err := kept.Answer(t.Context(), appid, before); err != nil || string(answer) != `{"before":1}` {
		t.Errorf("the answer of before: %q, %v", answer, err)
	}
	if state, err := kept.State(t.Context(), appid); err != nil || !state.LastPoll.Equal(answered) {
		t.Errorf("the state of before: %+v, %v", state, err)
	}
	if keys, err := kept.List(t.Context(), appid, statistic(t, "1d"), wechat.Day{}); err != nil || len(keys) != 1 || keys[0] != before {
		t.Errorf("keys %v, %v", keys, err)
	}
	if left := hidden(t, path); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

// writable holds that the archive works again without a restart.
func writable(t *testing.T, kept archive.Archive, after poller.AnswerKey) {
	t.Helper()
	save(t, kept, after, `{"after":1}`)
	if answer, err := kept.Answer(t.Context(), appid, after); err != nil || string(answer) != `{"after":1}` {
		t.Errorf("the answer of after: %q, %v", answer, err)
	}
	if err := kept.SaveState(t.Context(), appid, poller.State{LastPoll: answered.Add(1)}); err != nil {
		t.Error(err)
	}
}
