package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const demoDays = 5

// demoArchive returns the folder of an archive with a short past of the demo.
func demoArchive(t *testing.T) string {
	t.Helper()
	folder := archive.Folder{Path: filepath.Join(t.TempDir(), "archive")}
	kept := archive.Archive{Bucket: folder}
	if err := errors.Join(folder.Make(), kept.Prepare(t.Context())); err != nil {
		t.Fatal(err)
	}
	past := demo.NewPast(kept, wechat.Datasets()[:1], demo.NewWeChat(), time.Now())
	past.Days = demoDays
	if _, err := past.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	return folder.Path
}

// What has nothing to do with the archive, even when it is wrong, does not matter; what
// says how an answer is shown does.
func TestExportNeedsTheArchiveOnly(t *testing.T) {
	folder := demoArchive(t)
	before := tree(t, folder)
	shown := time.Now().In(time.FixedZone("", 8*60*60)).AddDate(0, 0, -4).Format(time.DateOnly)
	setEnvironment(t, map[string]string{
		"WXAPP_ARCHIVE": folder, "WXAPP_SECRET": hushWord, "WXAPP_PUBLISH_HOUR": "99", "WXAPP_LOG_LEVEL": "loud",
		"WXAPP_APPS_FILE": "/does/not/exist", "WXAPP_RANGES": "7d", "WXAPP_DIMENSIONS": "gender",
		"WXAPP_APPID": "wxdemo0000000000c1", "WXAPP_APP_NAME": "renamed", "WXAPP_ARCHVE": "typo",
	})
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{"export", "--from", shown, "--to", shown, "--label=job=wxapp"}, &stdout, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	text := stdout.String()
	for _, want := range []string{
		`wxapp_users{appid="wxdemo0000000000c1",dimension="gender",job="wxapp",metric="visit_uv",name="男",range="7d"}`,
		`wxapp_app_info{app="renamed",appid="wxdemo0000000000c1",job="wxapp"} 1 `,
		`wxapp_app_info{app="城市骑行",appid="wxdemo0000000000c2",job="wxapp"} 1 `, "\n# EOF\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, unwanted := range []string{`dimension="city"`, `range="1d"`} {
		if strings.Contains(text, unwanted) {
			t.Errorf("there is %s", unwanted)
		}
	}
	if got, want := stderr.String(), "wxapp_exporter: warning: WXAPP_ARCHVE: is unknown and ignored; did you mean WXAPP_ARCHIVE?\n"; got != want {
		t.Errorf("standard error is %q, want %q", got, want)
	}
	if after := tree(t, folder); after != before {
		t.Error("the export has changed the archive")
	}
}

// tree returns the names and times of all files in a folder.
func tree(t *testing.T, folder string) string {
	t.Helper()
	var names strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		names.WriteString(path + info.ModTime().String() + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names.String()
}

func TestExportRefused(t *testing.T) {
	folder, empty := demoArchive(t), t.TempDir()
	for _, test := range []struct {
		archive, args, want string
	}{
		{folder, "", "standard output takes at most one slice of 24h, but this is "},
		{folder, "--slice 48h", "standard output takes at most one slice of 48h"},
		{folder, "--app wxother", "--app: no such app in the archive; it has wxdemo0000000000c1, wxdemo0000000000c2, wxdemo0000000000c3"},
		{empty, "", "WXAPP_ARCHIVE: nothing to export: the archive has no answers"},
		{filepath.Join(empty, "none"), "", "WXAPP_ARCHIVE: the folder " + filepath.Join(empty, "none") + " does not exist; set it to"},
		{folder, "--output /dev/null/folder", "--output: "},
	} {
		setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": test.archive})
		var stdout bytes.Buffer
		err := run(t.Context(), append([]string{"export"}, strings.Fields(test.args)...), &stdout, io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) || stdout.Len() > 0 {
			t.Errorf("%s: %v, %q; want %s", test.args, err, &stdout, test.want)
		}
	}
	for variables, want := range map[string]string{
		"WXAPP_TOP=device:-1": "WXAPP_TOP: ", "WXAPP_RANGES=2d": "WXAPP_RANGES: ", "WXAPP_MAX_AGE=7d": "WXAPP_MAX_AGE: ",
		"WXAPP_ARCHIVE=": "WXAPP_ARCHIVE: is empty; set it to the folder of the archive",
	} {
		name, value, _ := strings.Cut(variables, "=")
		setEnvironment(t, map[string]string{name: value})
		if err := run(t.Context(), []string{"export"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", variables, err, want)
		}
	}
	later := t.TempDir()
	if err := os.WriteFile(filepath.Join(later, "archive.json"), []byte(`{"version": 99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": later})
	if err := run(t.Context(), []string{"export"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "later version") {
		t.Errorf("an archive of a later version: %v", err)
	}
}

// A damaged answer is told of once, by its name, and the rest is exported.
func TestExportOfDamagedAnswer(t *testing.T) {
	folder := demoArchive(t)
	damaged, err := filepath.Glob(filepath.Join(folder, "wxdemo0000000000c3", "30d", "*"))
	if err != nil || len(damaged) != demoDays {
		t.Fatalf("%d answers, %v", len(damaged), err)
	}
	if err := os.WriteFile(damaged[demoDays-2], []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(t.TempDir(), "out")
	setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": folder})
	var stderr bytes.Buffer
	if err := run(t.Context(), []string{"export", "--output", output, "--app=wxdemo0000000000c3"}, io.Discard, &stderr); err != nil {
		t.Fatal(err)
	}
	if text := stderr.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, filepath.Base(damaged[demoDays-2])) {
		t.Errorf("standard error is %q; want one line that names the answer", text)
	}
	if slices, err := filepath.Glob(filepath.Join(output, "wxapp-*.om")); err != nil || len(slices) < demoDays {
		t.Errorf("%d slices, %v", len(slices), err)
	}
}

func TestExportHelp(t *testing.T) {
	var text strings.Builder
	if err := run(t.Context(), []string{"export", "--help"}, &text, io.Discard); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > 100 {
			t.Errorf("%d columns: %s", width, line)
		}
	}
	for _, name := range []string{"output", "from", "to", "slice", "every", "label", "app"} {
		if !strings.Contains(text.String(), "\n  --"+name+" ") {
			t.Errorf("--%s has no line", name)
		}
	}
}

// Answers whose names say 1970 or 2099 are left out with a warning: an export does not walk
// through every day since, and never begins or ends with them.
func TestExportLeavesOutImpossibleTimes(t *testing.T) {
	folder := demoArchive(t)
	app := filepath.Join(folder, "wxdemo0000000000c1", "7d")
	entries, err := os.ReadDir(app)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := os.ReadFile(filepath.Join(app, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	yesterday := time.Now().In(time.FixedZone("", 8*60*60)).AddDate(0, 0, -1).Format(time.DateOnly)
	exported := func() (names []string, warnings string) {
		var stderr bytes.Buffer
		output := filepath.Join(t.TempDir(), "slices")
		setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": folder})
		if err := run(t.Context(), []string{"export", "--to", yesterday, "--output", output}, io.Discard, &stderr); err != nil {
			t.Fatal(err)
		}
		return slicesOf(t, output), stderr.String()
	}
	want, _ := exported()
	for _, name := range []string{"19700101_19700102T000000.000000000Z", "00010101_00010102T000000.000000000Z", "20990101_20990102T000000.000000000Z"} {
		if err := os.WriteFile(filepath.Join(app, name+".json.gz"), answer, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, warnings := exported()
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("slices %q, want %q", got, want)
	}
	if !strings.Contains(warnings, "warning: wxdemo0000000000c1: ignored 3 of ") || strings.Count(warnings, "ignored") != 1 {
		t.Errorf("warnings %q", warnings)
	}
}

// A time of which nothing is known is told, and what a folder has by then is not.
func TestExportOfNothing(t *testing.T) {
	setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": demoArchive(t)})
	output := filepath.Join(t.TempDir(), "slices")
	for _, args := range []string{
		"--from 9999-12-31", "--from 2099-01-01 --output " + output, "--to 1980-01-01", "--to 1980-01-01 --output " + output,
	} {
		var stdout bytes.Buffer
		err := run(t.Context(), append([]string{"export"}, strings.Fields(args)...), &stdout, io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), "nothing to export: the archive has no numbers for that time, only from 20") || stdout.Len() > 0 {
			t.Errorf("%s: %v, %q", args, err, &stdout)
		}
	}
	if _, err := os.Stat(output); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder for nothing: %v", err)
	}
}

// The state of an app tells how long it was polled, and so shown. An app that was removed is not
// shown until its numbers are too old.
func TestExportEndsWithTheLastPoll(t *testing.T) {
	folder := demoArchive(t)
	setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": folder})
	exported := func() []string {
		t.Helper()
		output := filepath.Join(t.TempDir(), "slices")
		if err := run(t.Context(), []string{"export", "--output", output, "--app=wxdemo0000000000c1"}, io.Discard, io.Discard); err != nil {
			t.Fatal(err)
		}
		return slicesOf(t, output)
	}
	polled := len(exported())
	if err := os.Remove(filepath.Join(folder, "wxdemo0000000000c1", "state.json")); err != nil {
		t.Fatal(err)
	}
	if removed := len(exported()); polled <= removed {
		t.Errorf("%d slices of an app that was removed, %d of one that is polled", removed, polled)
	}
}

// slicesOf returns the names of the slices in a folder.
func slicesOf(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
