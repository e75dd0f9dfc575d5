package main

import (
	"context"
	"io"
	"path/filepath"
	"slices"
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
		keys, err := kept.List(t.Context(), appid)
		if err != nil {
			t.Fatal(err)
		}
		for _, length := range wechat.Ranges() {
			var days []string
			for _, key := range keys {
				if key.Window.Range == length {
					days = append(days, key.Window.End.String())
				}
			}
			slices.Sort(days)
			first := wechat.DayOf(began).Add(-2 - demo.PastDays)
			for i, day := range days {
				if want := first.Add(i).String(); day != want {
					t.Fatalf("%s %s: day %d is %s, want %s", appid, length, i, day, want)
				}
			}
			if len(days) < demo.PastDays+1 || len(days) > demo.PastDays+2 {
				t.Errorf("%s %s has %d days, want the past and one or two", appid, length, len(days))
			}
		}
		for _, dataset := range wechat.Datasets() {
			for _, statistic := range dataset.Statistics {
				reports, err := kept.ListReports(t.Context(), appid, statistic.Endpoint)
				if err != nil {
					t.Fatal(err)
				}
				days := map[wechat.Day]bool{}
				for _, key := range reports {
					days[key.Window.End] = true
				}
				last := wechat.DayOf(began).Add(-3)
				for back := range demo.PastDays - 1 { // cohorts lie a day before at least
					if day := last.Add(-1 - back); !days[day] {
						t.Errorf("%s %s lacks %s", appid, statistic.Endpoint, day)
					}
				}
			}
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
