package export_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/export"
)

// A folder knows the arguments that its slices were made with and refuses others, unless all are
// written again.
func TestOtherArguments(t *testing.T) {
	folder := inFolder(t.TempDir(), 24*time.Hour)
	o := threeDays(t)
	o.Labels = []export.Label{{Name: "job", Value: "private"}}
	writeFiles(t, o, folder.Path, folder.Slice)
	before := files(t, folder.Path)

	o.Every, o.Labels = time.Hour, nil
	e := newExport(t, o)
	_, err := e.WriteFiles(t.Context(), folder, e.Bounds())
	const want = `has slices that were made with other arguments: --every, which was "6h" and is now "1h"; --label; use another folder, or --rewrite to write all of them again`
	if !errors.Is(err, export.ErrOtherArguments) || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	folder.Chosen = []string{appid}
	if _, err := e.WriteFiles(t.Context(), folder, e.Bounds()); err == nil || !strings.Contains(err.Error(), "--app") {
		t.Errorf("another choice of apps: %v", err)
	}
	if !maps.Equal(files(t, folder.Path), before) {
		t.Error("a refused export has changed the folder")
	}

	folder.Rewrite = true
	if _, err := e.WriteFiles(t.Context(), folder, day(t, "22")); err == nil || !strings.Contains(err.Error(), "2 slices that this export does not write again: wxapp-20261121.om, wxapp-20261123-unfinished.om") {
		t.Errorf("a part of the slices: %v", err)
	}
	// What the archive has no numbers for now is no slice any more.
	stray := filepath.Join(folder.Path, "wxapp-20261101.om")
	if err := os.WriteFile(stray, []byte("# EOF\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder.Whole = true
	progress, err := e.WriteFiles(t.Context(), folder, e.Bounds())
	if err != nil || len(progress.Rewritten) != 2 || files(t, folder.Path)["wxapp-20261101.om"] != "" {
		t.Errorf("%+v, %v", progress, err)
	}
	folder.Whole = false
	if got := files(t, folder.Path)["wxapp-20261121.om"]; got != written(t, e, day(t, "21")) {
		t.Errorf("written again: %s", got)
	}

	if err := os.Remove(filepath.Join(folder.Path, "wxapp-export.json")); err != nil {
		t.Fatal(err)
	}
	folder.Rewrite = false
	if _, err := e.WriteFiles(t.Context(), folder, e.Bounds()); !errors.Is(err, export.ErrOtherArguments) {
		t.Errorf("arguments that are not known: %v", err)
	}
}

// Slices that later answers concern are named, and only they are written again on request.
func TestLaterAnswers(t *testing.T) {
	folder := inFolder(t.TempDir(), 24*time.Hour)
	o := threeDays(t)
	o.MaxAge = 30 * time.Hour
	writeFiles(t, o, folder.Path, folder.Slice)
	o.Archive.(answers)[appid][key(t, 20, 7, "21 12:00:00")] = came(7)
	again := func(rewrite bool) export.Progress {
		t.Helper()
		folder.Rewrite = rewrite
		e := newExport(t, o)
		progress, err := e.WriteFiles(t.Context(), folder, e.Bounds())
		if err != nil {
			t.Fatal(err)
		}
		return progress
	}
	concerned := []string{"wxapp-20261121.om", "wxapp-20261122.om"}
	for range 2 {
		if got := again(false); !slices.Equal(got.Outdated, concerned) || len(got.Rewritten) > 0 {
			t.Errorf("%+v, want %s named", got, concerned)
		}
	}
	if got := again(true); !slices.Equal(got.Rewritten, concerned) || len(got.Outdated) > 0 {
		t.Errorf("%+v, want %s written again", got, concerned)
	}
	if got := again(false); len(got.Outdated) > 0 {
		t.Errorf("%+v after that", got)
	}

	// What a killed export knew is found out by comparing.
	path := filepath.Join(folder.Path, "wxapp-export.json")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, _, _ := strings.Cut(string(content), `"answers"`)
	if err := os.WriteFile(path, []byte(begin+`"answers": {}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := again(false); len(got.Outdated) > 0 || got.There != 2 {
		t.Errorf("%+v after a kill", got)
	}
}

// The samples of an app end when it was removed, and where that is not known, a day and an hour after
// the last trace of it.
func TestEndOfAnApp(t *testing.T) {
	for _, test := range []struct{ lastPoll, removed, want string }{
		{"", "", "24 11:00:00"},
		{"23 10:00:00", "", "24 11:00:00"},
		{"23 18:00:00", "", "24 19:00:00"},
		{"30 11:00:00", "", "30 00:00:00"}, // of the maximum age
		{"23 18:00:00", "24 03:00:00", "24 03:00:00"},
		{"", "23 12:00:00", "23 12:00:00"},
		{"23 18:00:00", "23 12:00:00", "24 19:00:00"}, // it came back
		{"23 18:00:00", "28 12:00:00", "24 19:00:00"}, // it was not polled any more
	} {
		o := threeDays(t)
		o.Now, o.Every = at(t, "30 12:00:00"), 30*time.Minute
		var trace export.Trace
		if test.lastPoll != "" {
			trace.LastPoll = at(t, test.lastPoll)
		}
		if test.removed != "" {
			trace.Removed = at(t, test.removed)
		}
		o.Traces[appid] = trace
		e := newExport(t, o)
		end := at(t, test.want)
		if got := e.Bounds().To; !got.Equal(end) {
			t.Errorf("%+v: ends %s, want %s", trace, got, end)
		}
		text := values(t, written(t, e, export.Span{From: at(t, "21 00:00:00"), To: o.Now}))
		last := text[strings.LastIndex(text, " at ")+len(" at "):]
		if want := end.Add(-30 * time.Minute).Format("02 15:04:05"); last != want {
			t.Errorf("%+v: the last sample is at %s, want %s", trace, last, want)
		}
	}
}

// Rows that cannot be used are counted once for each answer, however often it is shown.
func TestRejectedRows(t *testing.T) {
	o := threeDays(t)
	o.Archive.(answers)[appid][key(t, 21, 1, "22 10:00:00")] = `{"visit_uv":{"province":[{"name":"广东省","value":2},{"name":"湖南省","value":-1}]}}`
	e := newExport(t, o)
	for _, date := range []string{"22", "23"} {
		written(t, e, day(t, date))
	}
	if rows, answers := e.Rejected(); rows != 1 || answers != 1 {
		t.Errorf("%d rows of %d answers", rows, answers)
	}
}
