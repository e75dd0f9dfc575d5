//go:build unix

package archive_test

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// disk is what an archive is kept in, as its owner or an accident changes it.
type disk interface {
	// file writes a file in the place of whatever is there, and folder a folder with a file.
	file(t *testing.T, key, content string)
	folder(t *testing.T, key string)
}

type folderDisk string

func (d folderDisk) clear(t *testing.T, key string) string {
	t.Helper()
	name := filepath.Join(string(d), key)
	if err := errors.Join(os.RemoveAll(name), os.MkdirAll(filepath.Dir(name), 0o750)); err != nil {
		t.Fatal(err)
	}
	return name
}

func (d folderDisk) file(t *testing.T, key, content string) {
	t.Helper()
	write(t, d.clear(t, key), content)
}

func (d folderDisk) folder(t *testing.T, key string) {
	t.Helper()
	d.clear(t, key)
	d.file(t, path.Join(key, "below"), "x")
}

func (s *storage) file(_ *testing.T, key, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key = path.Join("some/where", key)
	for name := range s.objects {
		if strings.HasPrefix(name, key+"/") {
			delete(s.objects, name)
		}
	}
	s.objects[key] = content
}

func (s *storage) folder(t *testing.T, key string) {
	t.Helper()
	s.mu.Lock()
	delete(s.objects, path.Join("some/where", key))
	s.mu.Unlock()
	s.file(t, path.Join(key, "below"), "x")
}

const (
	olderName = appid + "/1d/20261123_20261124T010203.000000004Z.json.gz"
	newerName = appid + "/1d/20261123_20261124T010303.000000004Z.json.gz"
)

// damage is what is wrong with an archive, and what is left of it.
type damage struct {
	name string
	do   func(*testing.T, disk)
	// What can be read: the state, and the older and the newer of the answers that are listed.
	state bool
	left  []string
	// refused is whether the archive must not be used, and notices what is told, in words.
	refused error
	notices string
}

// file writes a file, and folder a folder, in the place of something else.
func file(key, content string) func(*testing.T, disk) {
	return func(t *testing.T, d disk) { t.Helper(); d.file(t, key, content) }
}

func folder(key string) func(*testing.T, disk) {
	return func(t *testing.T, d disk) { t.Helper(); d.folder(t, key) }
}

// special makes what only a folder can hold in the place of a file.
func special(key string, create func(name string) error) func(*testing.T, disk) {
	return func(t *testing.T, d disk) {
		t.Helper()
		folder, ok := d.(folderDisk)
		if !ok {
			t.Skip("a bucket holds nothing but objects")
		}
		if err := create(folder.clear(t, key)); err != nil {
			t.Fatal(err)
		}
	}
}

// objects puts an object below what should be one, which a bucket alone can.
func objects(key string) func(*testing.T, disk) {
	return func(t *testing.T, d disk) {
		t.Helper()
		if _, ok := d.(folderDisk); ok {
			t.Skip("this is a folder")
		}
		d.folder(t, key)
	}
}

func makeFolder(name string) error { return os.Mkdir(name, 0o750) }

func fifo(name string) error     { return syscall.Mkfifo(name, 0o600) }
func loop(name string) error     { return os.Symlink(filepath.Base(name), name) }
func zeros(name string) error    { return os.Symlink("/dev/zero", name) }
func dangling(name string) error { return os.Symlink("nowhere", name) }

// damages are all kinds of damage. None is an outage of the archive, which would keep an app
// waiting for ever: what is damaged counts as missing, and all else is used.
func damages() []damage {
	large := strings.Repeat("x", 16<<20+1)
	state, both, older := appid+"/state.json", []string{"older", "newer"}, []string{"older"}
	all := []damage{
		{"nothing", func(*testing.T, disk) {}, true, both, nil, ""},
		{"state: empty", file(state, ""), false, both, nil, "state.json is damaged"},
		{"state: torn", file(state, `{"last_poll":"2026-1`), false, both, nil, "state.json is damaged"},
		{"state: null", file(state, "null"), false, both, nil, ""},
		{"state: a list", file(state, "[]"), false, both, nil, "state.json is damaged"},
		{"state: wrong types", file(state, `{"last_poll":7,"series":[]}`), false, both, nil, "state.json is damaged"},
		{"state: a page", file(state, "<html>"), false, both, nil, "state.json is damaged"},
		{"state: zeros", file(state, strings.Repeat("\x00", 100)), false, both, nil, "state.json is damaged"},
		{"state: too large", file(state, large), false, both, nil, "larger than"},
		{"state: a folder", special(state, makeFolder), false, both, nil, "is a folder"},
		{"state: objects below it", objects(state), false, both, nil, ""},
		{"state: pipe", special(state, fifo), false, both, nil, "named pipe"},
		{"state: loop", special(state, loop), false, both, nil, "state.json is damaged"},
		{"answer: empty", file(newerName, ""), true, older, nil, ""},
		{"answer: torn", file(newerName, "\x1f\x8b\x08"), true, older, nil, ""},
		{"answer: a page", file(newerName, "<html>"), true, older, nil, ""},
		{"answer: zeros in it", file(newerName, strings.Repeat("\x00", 100)), true, older, nil, ""},
		{"answer: too large", file(newerName, large), true, older, nil, ""},
		{"answer: a folder", folder(newerName), true, older, nil, ""},
		{"answer: pipe", special(newerName, fifo), true, older, nil, ""},
		{"answer: loop", special(newerName, loop), true, older, nil, ""},
		{"answer: zeros", special(newerName, zeros), true, older, nil, ""},
		{"answer: dangling link", special(newerName, dangling), true, older, nil, ""},
		{"answers: a file", file(appid+"/1d", "x"), true, nil, nil, ""},
		{"answers: pipe", special(appid+"/1d", fifo), true, nil, nil, ""},
		{"app: a file", file(appid, "x"), false, nil, nil, ""},
		{"app: pipe", special(appid, fifo), false, nil, nil, ""},
		{"archive.json: later version", file("archive.json", `{"version":3}`), true, both, archive.ErrVersion, ""},
		{"archive.json: a folder", special("archive.json", makeFolder), true, both, archive.ErrLayout, ""},
		{"archive.json: loop", special("archive.json", loop), true, both, archive.ErrLayout, ""},
		{"archive.json: dangling link", special("archive.json", dangling), true, both, nil, ""},
		{"heartbeat: torn", file("exporter-torn.json", "{"), true, both, nil, ""},
		{"heartbeat: a folder", folder("exporter-folder.json"), true, both, nil, ""},
		{"foreign: at the root", file("notes.txt", "x"), true, both, nil, ""},
		{"foreign: beside the answers", file(appid+"/1d/notes.txt", "x"), true, both, nil, ""},
		{"foreign: a folder beside the answers", folder(appid + "/1d/old"), true, both, nil, ""},
		{"archive.json: pipe", special("archive.json", fifo), true, both, archive.ErrLayout, ""},
		{"archive.json: too large", file("archive.json", large), true, both, archive.ErrLayout, ""},
	}
	for _, content := range []string{"", "null", "{}", "[2]", `{"version":2,"demo":tru`, `{"version":3`, `{"version":"2"}`, "nonsense", "\x00\x00"} {
		all = append(all, damage{fmt.Sprintf("archive.json: %q", content), file("archive.json", content), true, both, archive.ErrLayout, ""})
	}
	return all
}

// Folder and bucket are damaged alike.
func TestDamage(t *testing.T) {
	for _, kind := range []string{"folder", "S3", "COS"} {
		for _, test := range damages() {
			t.Run(kind+", "+test.name, func(t *testing.T) {
				t.Parallel()
				kept, on := onDisk(t, kind)
				test.do(t, on)
				test.check(t, kept)
			})
		}
	}
}

// onDisk returns an archive with a state and two answers, and what it is kept in.
func onDisk(t *testing.T, kind string) (archive.Archive, disk) {
	t.Helper()
	var kept archive.Archive
	var on disk
	if kind == "folder" {
		folder, path := inFolder(t)
		kept, on = folder, folderDisk(path)
	} else {
		server := &storage{objects: map[string]string{}}
		kept, on = archive.Archive{Bucket: inStorage(t, server)[kind]}, server
	}
	if err := kept.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	save(t, kept, portraitKey(wechat.Range1Day, answered), `"older"`)
	save(t, kept, portraitKey(wechat.Range1Day, answered.Add(time.Minute)), `"newer"`)
	if err := kept.SaveState(t.Context(), appid, poller.State{LastPoll: answered}); err != nil {
		t.Fatal(err)
	}
	return kept, on
}

// check checks what an archive that is damaged tells.
func (d damage) check(t *testing.T, kept archive.Archive) {
	t.Helper()
	var told []string
	kept.Notices = archive.NewNotices(func(app string, err error) { told = append(told, app+": "+err.Error()) })
	for range 2 { // what is told is told once
		if state, err := kept.State(t.Context(), appid); err != nil || state.LastPoll.Equal(answered) != d.state {
			t.Errorf("the state is %+v, error %v", state, err)
		}
	}
	if got := strings.Join(told, "\n"); len(told) > 1 || (d.notices == "") != (got == "") || !strings.Contains(got, d.notices) {
		t.Errorf("it tells %q, want %q in it", told, d.notices)
	}
	keys, err := kept.List(t.Context(), appid, statistic(t, "1d"), wechat.Day{})
	if err != nil {
		t.Errorf("the answers are %v, error %v", keys, err)
	}
	var left []string
	for _, key := range keys {
		answer, err := kept.Answer(t.Context(), appid, key)
		if err == nil {
			left = append(left, strings.Trim(string(answer), `"`))
		} else if !errors.Is(err, poller.ErrDamaged) {
			t.Errorf("the answer of %s: %v", key.Answered, err)
		}
	}
	slices.Sort(left)
	want := slices.Sorted(slices.Values(d.left))
	if !slices.Equal(left, want) {
		t.Errorf("of the answers %q are left, want %q", left, want)
	}
	if err := kept.Check(t.Context()); !errors.Is(err, d.refused) {
		t.Errorf("to read it is refused: %v, want %v", err, d.refused)
	}
	if err := kept.Prepare(t.Context()); !errors.Is(err, d.refused) {
		t.Errorf("to write to it is refused: %v, want %v", err, d.refused)
	}
}

// A damaged archive.json is replaced only where there is no answer yet, and that is told.
func TestDamagedLayoutOfNewArchive(t *testing.T) {
	for _, kind := range []string{"folder", "S3", "COS"} {
		kept, on := onDisk(t, kind)
		on.file(t, appid, "x") // which removes all below it
		on.file(t, "archive.json", `{"version":2,"demo":tru`)
		var told []string
		kept.Notices = archive.NewNotices(func(app string, err error) { told = append(told, app+err.Error()) })
		for range 2 {
			if err := kept.Prepare(t.Context()); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if len(told) != 1 || !strings.Contains(told[0], "archive.json is damaged; it is replaced") {
			t.Errorf("%s tells %q", kind, told)
		}
		if content, err := kept.Bucket.Get(t.Context(), "archive.json"); err != nil || string(content) != "{\"version\":2}\n" {
			t.Errorf("%s: archive.json is %q, %v", kind, content, err)
		}
	}
}

// What is in the place of a folder is named when an answer is to be written there.
func TestFileInPlaceOfFolder(t *testing.T) {
	for _, name := range []string{appid, appid + "/1d"} {
		kept, on := onDisk(t, "folder")
		on.file(t, name, "x")
		err := kept.SaveAnswer(t.Context(), appid, portraitKey(wechat.Range1Day, answered), []byte("{}"))
		if err == nil || !strings.Contains(err.Error(), name+" is in the place of a folder of the archive; move it away") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
