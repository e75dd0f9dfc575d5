//go:build linux

package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// silent is a WeChat that never answers before the context ends.
type silent struct{}

func (silent) UserPortrait(ctx context.Context, _ wechat.Window) (*wechat.Portrait, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silent) Quota(context.Context) (wechat.Quota, error) { return wechat.Quota{}, nil }

func (silent) TokenExpiry() time.Time { return time.Time{} }

const (
	benchApps = 1000
	benchDays = 30
)

func benchID(i int) string { return fmt.Sprintf("wx%016x", i) }

// benchAnswers returns answers of the usual size for each range.
func benchAnswers(b *testing.B) map[wechat.Range][]byte {
	b.Helper()
	client := &wechat.Client{HTTP: &http.Client{Transport: &wechattest.Server{NoTokens: true}}}
	answers := map[wechat.Range][]byte{}
	for _, length := range wechat.Ranges() {
		portrait, err := client.UserPortrait(b.Context(), wechat.Window{End: wechat.DayOf(time.Now()).Add(-2), Range: length})
		if err != nil {
			b.Fatal(err)
		}
		answers[length] = portrait.Answer
	}
	return answers
}

// fillArchive writes the answers of benchDays days of benchApps apps, and their states.
func fillArchive(b *testing.B, kept archive.Archive) {
	b.Helper()
	today := wechat.DayOf(time.Now())
	for length, answer := range benchAnswers(b) {
		packed, err := kept.Pack(time.Now(), answer)
		if err != nil {
			b.Fatal(err)
		}
		for i := range benchApps {
			for ago := range benchDays {
				end := today.Add(-2 - ago)
				key := poller.AnswerKey{Window: wechat.Window{End: end, Range: length}, Answered: end.At(34 * time.Hour)}
				if err := kept.SaveAnswer(b.Context(), benchID(i), key, packed); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	for i := range benchApps {
		state := poller.State{LastPoll: time.Now(), LastSuccess: time.Now()}
		for _, length := range wechat.Ranges() {
			end := today.Add(-2)
			at := end.At(34 * time.Hour)
			state.Windows = append(state.Windows, poller.WindowState{
				Window: wechat.Window{End: end, Range: length}, Asked: time.Now(), Outcome: collector.OutcomeData, Answered: at, Confirmed: at,
			})
		}
		if err := kept.SaveState(b.Context(), benchID(i), state); err != nil {
			b.Fatal(err)
		}
	}
}

// unsynced is a Folder without its syncing, which would take an hour here.
type unsynced struct{ archive.Folder }

func (u unsynced) Put(_ context.Context, key string, content []byte) error {
	path := u.Path + "/" + key
	if err := os.MkdirAll(path[:bytes.LastIndexByte([]byte(path), '/')], 0o750); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// BenchmarkRestore restores 1,000 apps × 30 days from a folder, with their states and
// without.
func BenchmarkRestore(b *testing.B) {
	folder := archive.Folder{Path: b.TempDir()}
	fillArchive(b, archive.Archive{Bucket: unsynced{folder}})
	b.Run("states", func(b *testing.B) { restoreAll(b, folder) })
	for i := range benchApps {
		if err := os.Remove(folder.Path + "/" + benchID(i) + "/state.json"); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("no states", func(b *testing.B) { restoreAll(b, folder) })
}

func restoreAll(b *testing.B, folder archive.Folder) {
	for b.Loop() {
		_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) // resets the peak
		store := &collector.Store{}
		p := poller.New(poller.Options{
			Schedule:   poller.Schedule{Ranges: wechat.Ranges(), PublishHour: 8, PollInterval: 30 * time.Minute},
			Dimensions: wechat.Dimensions(),
			Top:        map[wechat.Dimension]int{wechat.Device: 20},
			MaxAge:     168 * time.Hour,
			Store:      store,
			Archive:    archive.Archive{Bucket: folder},
			Metrics:    collector.NewSelfMetrics(),
			Logger:     slog.New(slog.DiscardHandler),
		})
		for i := range benchApps {
			p.Add(poller.Source{App: collector.App{ID: benchID(i), Name: "app"}, API: silent{}})
		}
		ctx, stop := context.WithCancel(b.Context())
		var running sync.WaitGroup
		begin := time.Now()
		restored := make(chan time.Duration, 1)
		running.Go(func() { _ = p.Run(ctx, func() { restored <- time.Since(begin) }) })
		took := <-restored
		b.ReportMetric(took.Seconds(), "s/restore")
		b.ReportMetric(peak(b), "peakMB")
		held := 0
		for _, snapshot := range store.Snapshots() {
			held += len(snapshot.Held)
		}
		if held != benchApps*len(wechat.Ranges()) {
			b.Errorf("%d windows are held", held)
		}
		stop()
		running.Wait()
	}
}

// peak returns the peak of the memory of this process, in megabytes.
func peak(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			kB, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
			if err != nil {
				b.Fatal(err)
			}
			return float64(kB) / 1000
		}
	}
	return 0
}
