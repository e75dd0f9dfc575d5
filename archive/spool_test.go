package archive_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// tornName is the name of an answer that tests damage.
const tornName = appid + "/1d/20261123_20261124T010203.000000004Z.json.gz"

// openSpool returns the spool in a folder, which must have nothing to warn about.
func openSpool(t *testing.T, path string) *archive.Spool {
	t.Helper()
	spool, err := archive.OpenSpool(path, func(text string) { t.Errorf("warning: %s", text) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = spool.Close() })
	return spool
}

func pack(t *testing.T, answer string) []byte {
	t.Helper()
	packed, err := archive.Archive{}.Pack(answered, []byte(answer))
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// What is kept is there after a restart, by app and the oldest first, until it is removed.
func TestSpool(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "when missing")
	spool := openSpool(t, path)
	older, newer := portraitKey(wechat.Range7Days, answered), portraitKey(wechat.Range1Day, answered.Add(time.Minute))
	visits := poller.AnswerKey{Series: "daily_visit_trend", Window: window(wechat.Range1Day), Answered: answered}
	for _, answer := range []struct {
		appid string
		key   poller.AnswerKey
	}{{appid, newer}, {appid, older}, {"wx2", visits}, {"wx2", visits}} {
		if err := spool.Save(answer.appid, answer.key, pack(t, answer.key.Series)); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string][]poller.AnswerKey{appid: {older, newer}, "wx2": {visits}}
	for range 2 {
		saved, err := spool.Saved()
		if err != nil || !maps.EqualFunc(saved, want, slices.Equal) {
			t.Errorf("saved are %v, %v; want %v", saved, err, want)
		}
		if answer, err := spool.Answer(appid, older); err != nil || !bytes.Equal(answer, pack(t, "7d")) {
			t.Errorf("answer %q, %v", answer, err)
		}
		if err := spool.Close(); err != nil {
			t.Fatal(err)
		}
		spool = openSpool(t, path)
	}
	for range 2 { // one that is gone already is no error
		if err := spool.Remove(appid, older); err != nil {
			t.Error(err)
		}
	}
	if _, err := spool.Answer(appid, older); !errors.Is(err, poller.ErrDamaged) {
		t.Errorf("the removed answer: %v", err)
	}
	_ = spool.Close()
	if saved, err := openSpool(t, path).Saved(); err != nil || len(saved[appid]) != 1 {
		t.Errorf("saved are %v, %v", saved, err)
	}
}

// A folder is the spool of one process. That a killed one gives it back holds TestKillOfSpool.
func TestSpoolIsOfOneProcess(t *testing.T) {
	path := t.TempDir()
	spool := openSpool(t, path)
	if _, err := archive.OpenSpool(path, nil); !errors.Is(err, archive.ErrSpoolInUse) {
		t.Errorf("a second one: %v", err)
	}
	if err := spool.Save(appid, portraitKey(wechat.Range1Day, answered), pack(t, "{}")); err != nil {
		t.Error(err)
	}
	_ = spool.Close()
	openSpool(t, path)
}

// Whatever the volume allows, others cannot use the answers.
func TestSpoolIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the folder says who may use it")
	}
	path := filepath.Join(t.TempDir(), "volume")
	if err := errors.Join(os.Mkdir(path, 0o750), os.Chmod(path, 0o777), os.Mkdir(filepath.Join(path, "answers"), 0o750)); err != nil { //nolint:gosec // as Kubernetes makes an emptyDir
		t.Fatal(err)
	}
	spool := openSpool(t, path)
	if err := spool.Save(appid, portraitKey(wechat.Range1Day, answered), pack(t, "{}")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"answers", "answers/" + appid, "answers/" + appid + "/1d"} {
		if info, err := os.Stat(filepath.Join(path, name)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if info, err := os.Stat(filepath.Join(path, "answers", tornName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the answer: %v, %v", info, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o777 {
		t.Errorf("the volume: %v, %v", info, err)
	}
}

// What is no answer is left alone, told once, and keeps nothing else from being used.
func TestForeignFilesInSpool(t *testing.T) {
	path := t.TempDir()
	spool := openSpool(t, path)
	good, torn := portraitKey(wechat.Range1Day, answered.Add(time.Minute)), portraitKey(wechat.Range1Day, answered)
	for _, key := range []poller.AnswerKey{good, torn} {
		if err := spool.Save(appid, key, pack(t, "{}")); err != nil {
			t.Fatal(err)
		}
	}
	_ = spool.Close()
	inside := func(name string) string { return filepath.Join(path, "answers", name) }
	write(t, inside(tornName), "\x1f\x8b\x08")
	foreign := []string{
		"notes.txt", "not an app/1d/x", appid + "/state.json", appid + "/unknown/x", appid + "/1d/x.json.gz",
		appid + "/1d/20261123_20261124T010303.000000004Z.json", appid + "/7d", "wx3",
	}
	for _, name := range foreign {
		if err := os.MkdirAll(filepath.Dir(inside(name)), 0o750); err != nil {
			t.Fatal(err)
		}
		write(t, inside(name), "")
	}
	half := inside(appid + "/1d/." + filepath.Base(tornName) + "123")
	write(t, half, "half")

	var told []string
	spool, err := archive.OpenSpool(path, func(text string) { told = append(told, text) })
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || !strings.Contains(told[0], "(in all: 8)") {
		t.Errorf("it tells %q", told)
	}
	for range 2 {
		if answer, err := spool.Answer(appid, torn); !errors.Is(err, poller.ErrDamaged) {
			t.Errorf("the torn answer: %q, %v", answer, err)
		}
	}
	saved, err := spool.Saved()
	if err != nil || len(saved) != 1 || !slices.Equal(saved[appid], []poller.AnswerKey{good}) {
		t.Errorf("saved are %v, %v", saved, err)
	}
	for _, name := range append(foreign, tornName) {
		if _, err := os.Stat(inside(name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("what was half-written is there")
	}
	if err := spool.Save(appid, portraitKey(wechat.Range7Days, answered), pack(t, "{}")); err == nil || !strings.Contains(err.Error(), "in the place of a folder") {
		t.Errorf("below a file: %v", err)
	}
}

// A spool that cannot be opened says why.
func TestSpoolThatCannotBeOpened(t *testing.T) {
	path := t.TempDir()
	write(t, filepath.Join(path, "file"), "")
	if err := os.Mkdir(filepath.Join(path, "taken"), 0o750); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(path, "taken", "answers"), "")
	for name, want := range map[string]string{"file": "create the folder", "file/below": "create the folder", "taken": "in the place of a folder; move it away"} {
		if _, err := archive.OpenSpool(filepath.Join(path, name), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
