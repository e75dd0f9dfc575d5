package archive_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const appid = "wx0123456789abcdef"

var answered = time.Date(2026, 11, 24, 1, 2, 3, 4, time.UTC)

// window returns the window of a length that ends on 2026-11-23.
func window(length wechat.Range) wechat.Window {
	return wechat.Window{End: wechat.DayOf(answered).Add(-1), Range: length}
}

// portraitKey names an answer to the user portrait of window(length).
func portraitKey(length wechat.Range, at time.Time) poller.AnswerKey {
	return poller.AnswerKey{Series: length.String(), Window: window(length), Answered: at}
}

// statistic returns the statistic of a series.
func statistic(t testing.TB, series string) wechat.Statistic {
	t.Helper()
	s, ok := wechat.StatisticOf(series)
	if !ok {
		t.Fatalf("no statistic is kept as %s", series)
	}
	return s
}

// inFolder returns an archive in a new folder, and the folder's path.
func inFolder(t *testing.T) (archive.Archive, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made", "when missing")
	folder := archive.Folder{Path: path}
	if err := folder.Make(); err != nil {
		t.Fatal(err)
	}
	kept := archive.Archive{Bucket: folder}
	if err := kept.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return kept, path
}

func save(t *testing.T, kept archive.Archive, key poller.AnswerKey, answer string) {
	t.Helper()
	packed, err := kept.Pack(key.Answered.Add(-time.Second), []byte(answer))
	if err != nil {
		t.Fatal(err)
	}
	if err := kept.SaveAnswer(t.Context(), appid, key, packed); err != nil {
		t.Fatal(err)
	}
}

func TestStateIsRestored(t *testing.T) {
	kept, _ := inFolder(t)
	state, err := kept.State(t.Context(), appid)
	if err != nil || len(state.Series) != 0 {
		t.Fatalf("state of an unknown app: %+v, %v; want the zero state", state, err)
	}
	yesterday := window(wechat.Range1Day).End
	saved := poller.State{
		LastPoll:    answered.Add(time.Second),
		LastSuccess: answered,
		Series: map[string][]poller.WindowState{
			"7d": {{
				End: yesterday, Asked: answered.Add(time.Hour), Digest: 1<<64 - 1,
				Outcome: collector.OutcomeData, Answered: answered, Confirmed: answered.Add(time.Hour),
			}},
			"visit_page": {{
				End: yesterday, Failed: answered, Failures: 3, Retry: answered.Add(time.Minute),
				Failure: &wechat.Error{Reason: wechat.ReasonQuota, Endpoint: "visit_page", Code: "45009", Message: "reach max"},
			}},
		},
		Endpoints: map[string]poller.EndpointState{
			"visit_page": {
				Calls: collector.Calls{Day: yesterday.Add(1), Count: 3},
				Quota: &wechat.Quota{Limit: 100, Used: 3, Remaining: 97}, QuotaAsked: answered,
				Pause: poller.Pause{Until: answered.Add(time.Hour), Failures: 3, Reason: wechat.ReasonQuota},
			},
		},
		CaughtUp: map[string]collector.Calls{"pages": {Day: yesterday.Add(1), Count: 2}},
	}
	if err := kept.SaveState(t.Context(), appid, saved); err != nil {
		t.Fatal(err)
	}
	restored, err := kept.State(t.Context(), appid)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := encoded(t, restored), encoded(t, saved); got != want {
		t.Errorf("restored %s\nwant %s", got, want)
	}
}

func encoded(t *testing.T, state poller.State) string {
	t.Helper()
	content, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// A state that is not valid counts as none.
func TestForeignState(t *testing.T) {
	kept, path := inFolder(t)
	if err := kept.SaveState(t.Context(), appid, poller.State{}); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"", "{", "null", "null and void", "\x00\x00", "[1]"} {
		write(t, filepath.Join(path, appid, "state.json"), content)
		if state, err := kept.State(t.Context(), appid); err != nil || len(state.Series) != 0 {
			t.Errorf("%q: state %+v, error %v", content, state, err)
		}
	}
}

func TestAnswersAreKeptAsTheyCame(t *testing.T) {
	kept, path := inFolder(t)
	answers := map[time.Time]string{answered: "{\"ref_date\" : \"\xff\"}\r\n", answered.Add(24 * time.Hour): "{}"}
	for at, answer := range answers {
		save(t, kept, portraitKey(wechat.Range30Days, at), answer)
	}
	for at, want := range answers {
		got, err := kept.Answer(t.Context(), appid, portraitKey(wechat.Range30Days, at))
		if err != nil || string(got) != want {
			t.Errorf("answer of %s: %q, %v; want %q", at, got, err, want)
		}
	}
	if _, err := kept.Answer(t.Context(), appid, portraitKey(wechat.Range30Days, answered.Add(1))); err == nil {
		t.Error("an answer that was never saved was found")
	}
	names, err := filepath.Glob(filepath.Join(path, appid, "30d", "*"))
	if err != nil || len(names) != 2 || filepath.Base(names[0]) != "20261123_20261124T010203.000000004Z.json.gz" {
		t.Fatalf("files %q, %v; want two, named by window and time", names, err)
	}

	// zcat shows the answer and nothing else; the time of the request is in the header.
	file, err := os.Open(names[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	reader, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err != nil || string(content) != answers[answered] {
		t.Errorf("unpacked %q, %v; want %q", content, err, answers[answered])
	}
	if want := "requested 2026-11-24T01:02:02.000000004Z"; reader.Comment != want {
		t.Errorf("comment %q, want %q", reader.Comment, want)
	}
}

// Uncompressed answers of earlier versions are found. Other files are ignored.
func TestList(t *testing.T) {
	kept, path := inFolder(t)
	save(t, kept, portraitKey(wechat.Range1Day, answered), "{}")
	folder := filepath.Join(path, appid, "1d")
	for _, name := range []string{"20261122_20261123T010203.000000004Z.json", "notes.txt", ".new-123", ".20261122_20261123T010203.000000004Z.json.gz123", "20261399_x.json.gz", "20261122_20261123T010203.000000004Z.json.gz.tmp"} {
		write(t, filepath.Join(folder, name), `{"old":true}`)
	}
	keys, err := kept.List(t.Context(), appid, statistic(t, "1d"), wechat.Day{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, key := range keys {
		content, err := kept.Answer(t.Context(), appid, key)
		got = append(got, key.Window.String()+" "+key.Answered.Format(time.DateTime)+" "+string(content))
		if err != nil {
			t.Error(err)
		}
	}
	slices.Sort(got)
	if want := "20261122 2026-11-23 01:02:03 {\"old\":true}|20261123 2026-11-24 01:02:03 {}"; strings.Join(got, "|") != want {
		t.Errorf("listed %s\nwant %s", strings.Join(got, "|"), want)
	}
	if keys, err := kept.List(t.Context(), "wx another one", statistic(t, "1d"), wechat.Day{}); err != nil || len(keys) != 0 {
		t.Errorf("an unknown app has the answers %v, error %v", keys, err)
	}
}

// Answers to other statistics stand beside the portraits, under the name of the endpoint,
// and neither is taken for the other.
func TestSeriesStandBesideEachOther(t *testing.T) {
	kept, path := inFolder(t)
	save(t, kept, portraitKey(wechat.Range1Day, answered), "{}")
	pages := poller.AnswerKey{Series: "visit_page", Window: window(wechat.Range1Day), Answered: answered}
	save(t, kept, pages, `{"list":[]}`)
	if _, err := os.Stat(filepath.Join(path, appid, "visit_page", "20261123_20261124T010203.000000004Z.json.gz")); err != nil {
		t.Error(err)
	}
	keys, err := kept.List(t.Context(), appid, statistic(t, "visit_page"), wechat.Day{})
	if err != nil || len(keys) != 1 || keys[0] != pages {
		t.Fatalf("listed %v, %v", keys, err)
	}
	if content, err := kept.Answer(t.Context(), appid, keys[0]); err != nil || string(content) != `{"list":[]}` {
		t.Errorf("read %s, %v", content, err)
	}
	if keys, err := kept.List(t.Context(), appid, statistic(t, "1d"), wechat.Day{}); err != nil || len(keys) != 1 || keys[0] != portraitKey(wechat.Range1Day, answered) {
		t.Errorf("the portraits are %v, %v", keys, err)
	}
	for _, series := range []string{"7d", "daily_summary"} {
		if keys, err := kept.List(t.Context(), appid, statistic(t, series), wechat.Day{}); err != nil || len(keys) != 0 {
			t.Errorf("%s has %v, %v", series, keys, err)
		}
	}
}

// A truncated, damaged or foreign object has another error than one that cannot be read.
func TestDamagedAnswer(t *testing.T) {
	kept, path := inFolder(t)
	key := portraitKey(wechat.Range1Day, answered)
	save(t, kept, key, strings.Repeat(`{"a":1}`, 100))
	file := filepath.Join(path, appid, "1d", "20261123_20261124T010203.000000004Z.json.gz")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"empty":     {},
		"truncated": whole[:len(whole)-5],
		"torn":      append(slices.Clone(whole[:len(whole)/2]), make([]byte, len(whole)/2)...),
		"foreign":   []byte("<html>"),
	} {
		write(t, file, string(content))
		_, err := kept.Answer(t.Context(), appid, key)
		if !errors.Is(err, poller.ErrDamaged) || !strings.Contains(err.Error(), "20261123_20261124T010203") {
			t.Errorf("%s: error %v; want one that names the damaged object", name, err)
		}
	}
	bomb := &bytes.Buffer{}
	writer := gzip.NewWriter(bomb)
	for range 9 {
		if _, err := writer.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, file, bomb.String())
	if _, err := kept.Answer(t.Context(), appid, key); !errors.Is(err, poller.ErrDamaged) {
		t.Errorf("9 MiB: error %v", err)
	}
}

// An archive of a later version is refused.
func TestVersion(t *testing.T) {
	kept, path := inFolder(t)
	content, err := os.ReadFile(filepath.Join(path, "archive.json"))
	if err != nil || string(content) != "{\"version\":2}\n" {
		t.Errorf("archive.json is %q, %v", content, err)
	}
	write(t, filepath.Join(path, "archive.json"), `{"version": 3}`)
	if err := kept.Prepare(t.Context()); !errors.Is(err, archive.ErrVersion) {
		t.Errorf("error %v", err)
	}
}

// Made-up numbers never get into a real archive, and real ones never into that of a demo.
func TestDemoAndRealNumbersDoNotMeet(t *testing.T) {
	real, path := inFolder(t)
	demo := archive.Archive{Bucket: real.Bucket, Demo: true}
	if err := demo.Prepare(t.Context()); !errors.Is(err, archive.ErrReal) {
		t.Errorf("a demo in a real archive: %v", err)
	}
	// An archive of version 1 has no archive.json.
	if err := os.Remove(filepath.Join(path, "archive.json")); err != nil {
		t.Fatal(err)
	}
	save(t, real, portraitKey(wechat.Range1Day, answered), "{}")
	if err := demo.Prepare(t.Context()); !errors.Is(err, archive.ErrForeign) || !archive.IsRefused(err) {
		t.Errorf("a demo in an old real archive: %v", err)
	}

	demo = archive.Archive{Bucket: archive.Folder{Path: t.TempDir()}, Demo: true}
	for range 2 {
		if err := demo.Prepare(t.Context()); err != nil {
			t.Errorf("a demo in an archive of its own: %v", err)
		}
	}
	real.Bucket = demo.Bucket
	if err := real.Prepare(t.Context()); !errors.Is(err, archive.ErrDemo) {
		t.Errorf("real numbers in the archive of a demo: %v", err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
