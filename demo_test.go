package main

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The demo's archive has a past of sixty days that ends where the running demo begins: no
// window twice, and none missing up to the day before yesterday.
func TestDemoHasAPast(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "archive")
	setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": folder, "WXAPP_LISTEN_ADDRESS": "127.0.0.1:0"})
	began := time.Now()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines, stderr := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- runDemo(ctx, io.Discard, stderr); _ = stderr.Close() }()
	var log strings.Builder
	for buffer := make([]byte, 4096); !strings.Contains(log.String(), "made-up past"); {
		n, err := lines.Read(buffer)
		if err != nil {
			t.Fatalf("%v\n%s", err, &log)
		}
		log.Write(buffer[:n])
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}

	kept := archive.Archive{Bucket: archive.Folder{Path: folder}}
	for appid := range demo.Names() {
		for _, dataset := range wechat.Datasets() {
			for _, statistic := range dataset.Statistics {
				if statistic.Endpoint == wechat.EndpointAdIncome && appid == "wxdemo0000000000c3" {
					continue // it shows no ads
				}
				checkPast(t, kept, appid, statistic, began)
			}
		}
	}
}

// checkPast holds that the archive of a demo that began at a time has the past of a statistic.
func checkPast(t *testing.T, kept archive.Archive, appid string, statistic wechat.Statistic, began time.Time) {
	t.Helper()
	keys, err := kept.List(t.Context(), appid, statistic, wechat.Day{})
	if err != nil {
		t.Fatal(err)
	}
	held := map[wechat.Day]bool{}
	for _, key := range keys {
		held[key.Window.End] = true
	}
	last := wechat.DayOf(began).Add(-3)
	first := last.Add(1 - demo.PastDays)
	cohorts := 0 // the newest of them lie a window before at least
	if statistic.Cohorts != nil {
		cohorts = statistic.Cohorts[0]
	}
	w := statistic.Before(statistic.Newest(last.Add(1)), cohorts)
	for ; !w.End.Before(first.Add(-cohorts)); w = statistic.Before(w, 1) {
		if !held[w.End] {
			t.Errorf("%s %s lacks %s", appid, statistic.Series(), w)
		}
	}
}

func TestPastNeedsAnArchive(t *testing.T) {
	setEnvironment(t, nil)
	for args, want := range map[string]string{
		"--past-only":        "demo --past-only needs an archive; set WXAPP_ARCHIVE to a folder for the demo",
		"--past-only --more": "unknown argument --more; see wxapp_exporter demo --help",
		"--past-only=much":   "--past-only: takes no value; write --past-only alone",
	} {
		err := run(t.Context(), append([]string{"demo"}, strings.Fields(args)...), io.Discard, io.Discard)
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
}
