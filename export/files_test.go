package export_test

import (
	"context"
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

func TestSlices(t *testing.T) {
	for _, test := range []struct {
		from, to string
		length   time.Duration
		want     string
	}{
		{"23 10:00:00", "24 10:00:00", 24 * time.Hour, "23 00:00, 24 00:00"},
		{"23 00:00:00", "24 00:00:00", 24 * time.Hour, "23 00:00"},
		{"23 10:00:00", "24 10:00:00", 12 * time.Hour, "23 00:00, 23 12:00, 24 00:00"},
		{"23 10:00:00", "23 10:00:00", 24 * time.Hour, ""},
		{"24 10:00:00", "23 10:00:00", 24 * time.Hour, ""},
	} {
		var got []string
		for _, slice := range export.Slices(export.Span{From: at(t, test.from), To: at(t, test.to)}, test.length) {
			got = append(got, slice.From.In(at(t, test.from).Location()).Format("02 15:04"))
			if slice.Duration() != test.length {
				t.Errorf("a slice of %s is %s long", test.length, slice.Duration())
			}
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s to %s by %s: %s; want %s", test.from, test.to, test.length, strings.Join(got, ", "), test.want)
		}
	}
}

// threeDays is an archive with an answer each on three days, of which the third is not over.
func threeDays(t *testing.T) export.Options {
	o := options(t, answers{appid: {
		key(t, 20, 1, "21 10:00:00"): came(1),
		key(t, 21, 1, "22 10:00:00"): came(2),
		key(t, 22, 1, "23 10:00:00"): came(3),
	}})
	o.Now = at(t, "23 15:00:00")
	return o
}

// files returns the names and contents of a folder's files.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		contents[entry.Name()] = string(content)
	}
	return contents
}

func inFolder(path string, length time.Duration) export.Folder {
	return export.Folder{Path: path, Slice: length, Report: func(export.Progress) {}}
}

// slicesIn returns the names of the slices in a folder.
func slicesIn(t *testing.T, folder string) []string {
	t.Helper()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(files(t, folder))), func(name string) bool { return name == "wxapp-export.json" })
}

func writeFiles(t *testing.T, o export.Options, folder string, length time.Duration) export.Progress {
	t.Helper()
	e := newExport(t, o)
	progress, err := e.WriteFiles(t.Context(), inFolder(folder, length), e.Bounds())
	if err != nil {
		t.Fatal(err)
	}
	return progress
}

// Each slice has a file with what Write writes of it. A slice that is not over is written
// as unfinished, until it is.
func TestFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "made", "when missing")
	o := threeDays(t)
	if got := writeFiles(t, o, folder, 24*time.Hour); got.Done != 3 || got.Written != 3 {
		t.Errorf("progress %+v", got)
	}
	e := newExport(t, o)
	want := map[string]string{
		"wxapp-20261121.om":            written(t, e, day(t, "21")),
		"wxapp-20261122.om":            written(t, e, day(t, "22")),
		"wxapp-20261123-unfinished.om": written(t, e, day(t, "23")),
	}
	got := files(t, folder)
	delete(got, "wxapp-export.json")
	if !maps.Equal(got, want) {
		t.Errorf("files %q\nwant %q", got, want)
	}
	for name, text := range got {
		if !strings.HasSuffix(text, "\n# EOF\n") {
			t.Errorf("%s does not end with # EOF", name)
		}
	}

	o.Now = at(t, "24 00:05:00")
	if got := writeFiles(t, o, folder, 24*time.Hour); got.Done != 4 || got.Written != 2 || got.There != 2 {
		t.Errorf("progress %+v, want two slices written", got)
	}
	if got, want := slicesIn(t, folder), []string{"wxapp-20261121.om", "wxapp-20261122.om", "wxapp-20261123.om", "wxapp-20261124-unfinished.om"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

// Slices of another length have other names, and those without samples have no file.
func TestFilesOfOtherLengths(t *testing.T) {
	o := threeDays(t)
	o.Every, o.MaxAge = 24*time.Hour, 12*time.Hour
	for length, want := range map[time.Duration][]string{
		36 * time.Hour:   {"wxapp-20261121T0000-36h.om", "wxapp-20261122T1200-36h-unfinished.om"},
		90 * time.Minute: {"wxapp-20261121T0900-1h30m.om", "wxapp-20261122T0900-1h30m.om", "wxapp-20261123T0900-1h30m.om"},
	} {
		folder := t.TempDir()
		writeFiles(t, o, folder, length)
		if got := slicesIn(t, folder); !slices.Equal(got, want) {
			t.Errorf("files %q\nwant  %q", got, want)
		}
	}
}

// A file that is there is left as it is, and a stopped export goes on where it was.
func TestFilesContinue(t *testing.T) {
	folder := t.TempDir()
	o := threeDays(t)
	e := newExport(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	target := inFolder(folder, 24*time.Hour)
	target.Report = func(p export.Progress) {
		if p.Written == 2 {
			cancel()
		}
	}
	_, err := e.WriteFiles(ctx, target, e.Bounds())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got := slicesIn(t, folder); !slices.Equal(got, []string{"wxapp-20261121.om", "wxapp-20261122.om"}) {
		t.Errorf("after the stop there are %q", got)
	}
	path := filepath.Join(folder, "wxapp-20261121.om")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, o, folder, 24*time.Hour)
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) || len(slicesIn(t, folder)) != 3 {
		t.Errorf("%v; in the end there are %q", err, slicesIn(t, folder))
	}
}

// A failed slice leaves nothing behind, and what a killed export left is removed in the end.
func TestFilesAreWhole(t *testing.T) {
	folder := t.TempDir()
	o := threeDays(t)
	o.Archive.(answers)[appid][key(t, 21, 1, "22 10:00:00")] = "away"
	old, young := filepath.Join(folder, ".wxapp-1.new"), filepath.Join(folder, ".wxapp-2.new")
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	e := newExport(t, o)
	_, err := e.WriteFiles(t.Context(), inFolder(folder, 24*time.Hour), e.Bounds())
	if !errors.Is(err, errArchive) || !strings.Contains(err.Error(), "wxapp-20261122.om") {
		t.Errorf("error %v; want one that names the file", err)
	}
	if got := slicesIn(t, folder); !slices.Equal(got, []string{".wxapp-2.new", "wxapp-20261121.om"}) {
		t.Errorf("files %q", got)
	}
}
