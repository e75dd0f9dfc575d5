package archive_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const appid = "wx0123456789abcdef"

var answered = time.Date(2026, 11, 24, 1, 2, 3, 4, time.UTC)

// window returns the window of a length that ends on 2026-11-23.
func window(length wechat.Range) wechat.Window {
	return wechat.Window{End: wechat.DayOf(answered).Add(-1), Range: length}
}

func TestStateIsRestored(t *testing.T) {
	folder := archive.Folder{Path: filepath.Join(t.TempDir(), "made", "when missing")}
	state, err := folder.State(t.Context(), appid)
	if err != nil || len(state.Readings) != 0 {
		t.Fatalf("state of an unknown app: %+v, %v; want the zero state", state, err)
	}

	saved := collector.State{
		LastPoll:    answered.Add(time.Second),
		LastSuccess: answered,
		Quota:       &wechat.Quota{Limit: 100, Used: 3, Remaining: 97},
		QuotaAsked:  answered,
		Readings: []collector.Reading{{
			Window: window(wechat.Range7Days), Asked: answered.Add(time.Hour),
			Outcome: collector.OutcomeData, Answered: answered, Confirmed: answered.Add(time.Hour),
		}},
	}
	if err := folder.SaveState(t.Context(), appid, saved); err != nil {
		t.Fatal(err)
	}
	restored, err := folder.State(t.Context(), appid)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := encoded(t, restored), encoded(t, saved); got != want {
		t.Errorf("restored %s\nwant %s", got, want)
	}
}

func encoded(t *testing.T, state collector.State) string {
	t.Helper()
	content, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestAnswersAreKeptAsTheyCame(t *testing.T) {
	folder := archive.Folder{Path: t.TempDir()}
	w := window(wechat.Range30Days)
	first, revised := []byte("{\"ref_date\" : \"\xff\"}\r\n"), []byte("{}")
	for at, answer := range map[time.Time][]byte{answered: first, answered.Add(24 * time.Hour): revised} {
		if err := folder.SaveAnswer(t.Context(), appid, w, at, answer); err != nil {
			t.Fatal(err)
		}
	}
	for at, want := range map[time.Time][]byte{answered: first, answered.Add(24 * time.Hour): revised} {
		got, err := folder.Answer(t.Context(), appid, w, at)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("answer of %s: %q, %v; want %q", at, got, err, want)
		}
	}
	if _, err := folder.Answer(t.Context(), appid, w, answered.Add(1)); err == nil {
		t.Error("an answer that was never saved was found")
	}
	names, err := filepath.Glob(filepath.Join(folder.Path, appid, "30d", "*"))
	if err != nil || len(names) != 2 || filepath.Base(names[0]) != "20261123_20261124T010203.000000004Z.json" {
		t.Errorf("files %q, %v; want two, named by window and time", names, err)
	}
}

// What state.json says can be told from the names of the answers, but for the times of
// confirmation.
func TestStateIsPiecedTogetherWhenItIsDamaged(t *testing.T) {
	for _, damage := range []string{"", "{", "null and void", "\x00\x00"} {
		folder := archive.Folder{Path: t.TempDir()}
		w := window(wechat.Range1Day)
		for _, at := range []time.Time{answered.Add(-time.Hour), answered, answered.Add(-2 * time.Hour)} {
			if err := folder.SaveAnswer(t.Context(), appid, w, at, []byte("{}")); err != nil {
				t.Fatal(err)
			}
		}
		write(t, filepath.Join(folder.Path, appid, "1d", "notes.txt"), "not ours")
		write(t, filepath.Join(folder.Path, appid, "state.json"), damage)

		state, err := folder.State(t.Context(), appid)
		if err != nil {
			t.Fatalf("damage %q: %v", damage, err)
		}
		if len(state.Readings) != 1 || state.Readings[0].Window != w || !state.Readings[0].Answered.Equal(answered) {
			t.Errorf("damage %q: readings %+v; want the newest answer for %s", damage, state.Readings, w)
		}
		if !state.LastSuccess.Equal(answered) {
			t.Errorf("damage %q: last success %s, want %s", damage, state.LastSuccess, answered)
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "a file where the folder should be")
	folder := archive.Folder{Path: path}

	w := window(wechat.Range1Day)
	for what, err := range map[string]error{
		"check":       folder.Check(),
		"save state":  folder.SaveState(t.Context(), appid, collector.State{}),
		"save answer": folder.SaveAnswer(t.Context(), appid, w, answered, []byte("{}")),
	} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v; want an error that names the folder", what, err)
		}
	}
}

func TestNothingButWholeFilesIsLeft(t *testing.T) {
	folder := archive.Folder{Path: t.TempDir()}
	if err := folder.Check(); err != nil {
		t.Fatal(err)
	}
	// The file cannot be renamed over a folder that stands at its place.
	if err := os.MkdirAll(filepath.Join(folder.Path, appid, "state.json", "occupied"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := folder.SaveState(t.Context(), appid, collector.State{}); err == nil {
		t.Fatal("a file replaced a folder")
	}
	err := filepath.WalkDir(folder.Path, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			t.Errorf("%s is left", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
