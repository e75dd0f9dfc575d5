//go:build unix

package systemtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
	"github.com/wxapp-exporter/wxapp_exporter/export"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// What an export that is to be killed is told.
const (
	exportedArchive = "SYSTEMTEST_EXPORTED_ARCHIVE"
	exportedFolder  = "SYSTEMTEST_EXPORTED_FOLDER"
	exportedNow     = "SYSTEMTEST_EXPORTED_NOW"
)

// exportToBeKilled writes the slices of an archive into a folder.
func exportToBeKilled() error {
	ctx := context.Background()
	now, err := time.Parse(time.RFC3339, os.Getenv(exportedNow))
	if err != nil {
		return err
	}
	kept := archive.Archive{Bucket: archive.Folder{Path: os.Getenv(exportedArchive)}}
	apps, traces, err := export.Apps(ctx, kept, shards.Shard{}, demo.Names(), nil)
	if err != nil {
		return err
	}
	say(begun)
	exported, err := export.New(ctx, export.Options{
		Archive: kept, Apps: apps, Traces: traces, Datasets: wechat.Datasets()[:1], Dimensions: wechat.Dimensions(),
		MaxAge: 72 * time.Hour, Every: time.Hour, Now: now,
		Damaged: func(_ string, _ poller.AnswerKey, err error) { panic(err) },
	})
	if err != nil {
		return err
	}
	folder := export.Folder{
		Path: os.Getenv(exportedFolder), Slice: 6 * time.Hour, Whole: true,
		Report: func(p export.Progress) { say(p.String()) },
	}
	done, err := exported.WriteFiles(ctx, folder, exported.Bounds())
	if err == nil && len(done.Outdated) > 0 {
		err = fmt.Errorf("slices that newer answers concern: %q", done.Outdated)
	}
	return err
}

// TestKillOfExport kills an export at random moments. After each kill every slice is whole or
// absent; the next one goes on, and the one that runs to its end leaves the same files, byte for
// byte, as one that was never killed.
func TestKillOfExport(t *testing.T) {
	random, now := newRandom(t), time.Now()
	folder := archive.Folder{Path: filepath.Join(t.TempDir(), "archive")}
	kept := archive.Archive{Bucket: folder}
	if err := errors.Join(folder.Make(), kept.Prepare(t.Context())); err != nil {
		t.Fatal(err)
	}
	past := demo.NewPast(kept, wechat.Datasets()[:1], demo.NewWeChat(), now)
	past.Days, past.Apps = 5, past.Apps[2:]
	if _, err := past.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	environment := []string{exportedArchive + "=" + folder.Path, exportedNow + "=" + now.Format(time.RFC3339)}
	run := func(output string, until moment) (killed bool) {
		_, killed = runAndKill(t, "export", until, append(environment, exportedFolder+"="+output)...)
		return killed
	}

	output := filepath.Join(t.TempDir(), "slices")
	run(output, never())
	want, _ := slicesIn(t, output)

	killed, ends, torn, most := 0, 0, 0, 0
	output = filepath.Join(t.TempDir(), "slices")
	for killed < kills() {
		wasKilled := run(output, newMoment(random, moment{25, 20 * time.Millisecond}))
		got, hidden := slicesIn(t, output)
		torn = max(torn, hidden)
		if wasKilled {
			killed++
			most = max(most, len(got))
			checkSlices(t, got, want)
			continue
		}
		ends++
		checkExported(t, got, want)
		output = filepath.Join(t.TempDir(), "slices")
	}
	run(output, never())
	got, _ := slicesIn(t, output)
	checkExported(t, got, want)
	if len(want) < 20 || most == 0 {
		t.Errorf("%d files, and at most %d after a kill: this test proves nothing", len(want), most)
	}
	t.Logf("%d kills, after which there were up to %d of %d files, and %d half-written ones; %d times all were there in the end", killed, most, len(want), torn, ends+1)
}

// exportManifest is the file of a folder that says how its slices were made.
const exportManifest = "wxapp-export.json"

// slicesIn returns the files of a folder of slices by name, and the number of those that are
// half-written, which no import reads.
func slicesIn(t *testing.T, folder string) (contents map[string]string, hidden int) {
	t.Helper()
	contents = map[string]string{}
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			hidden++
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		contents[entry.Name()] = string(content)
	}
	return contents, hidden
}

// checkSlices holds that what a killed export has left is whole.
func checkSlices(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, content := range got {
		switch {
		case name == exportManifest && !json.Valid([]byte(content)):
			t.Errorf("%s is torn: %q", name, content)
		case name != exportManifest && content != want[name]:
			t.Errorf("%s has %d bytes, and never killed %d", name, len(content), len(want[name]))
		}
	}
}

// checkExported holds that a folder has the same files as another one.
func checkExported(t *testing.T, got, want map[string]string) {
	t.Helper()
	checkSlices(t, got, want)
	if got[exportManifest] != want[exportManifest] || len(got) != len(want) {
		t.Errorf("in the end there are %q, want %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}
