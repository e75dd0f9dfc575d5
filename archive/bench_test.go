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

func (silent) Report(ctx context.Context, _ wechat.Statistic, _ wechat.Day) (*wechat.Report, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silent) Quota(context.Context, string) (wechat.Quota, error) { return wechat.Quota{}, nil }

func (silent) TokenExpiry() time.Time { return time.Time{} }

const (
	benchApps = 1000
	benchDays = 30
)

func benchID(i int) string { return fmt.Sprintf("wx%016x", i) }

// benchAnswers returns the answers of an app with so many users, for each range.
func benchAnswers(b *testing.B, users int) map[wechat.Range][]byte {
	b.Helper()
	server := &wechattest.Server{NoTokens: true, Apps: map[string]wechattest.App{"": {Users: users}}}
	client := &wechat.Client{HTTP: &http.Client{Transport: server}}
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

// fillArchive writes the answers of benchDays days of benchApps apps, two for each window
// because WeChat revises its numbers, and their states. Many are written at once, because a
// bucket answers each only after a while.
func fillArchive(b *testing.B, kept archive.Archive, users int) {
	b.Helper()
	today := wechat.DayOf(time.Now())
	var writing sync.WaitGroup
	places := make(chan struct{}, 32)
	for length, answer := range benchAnswers(b, users) {
		packed, err := kept.Pack(time.Now(), answer)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d users, %s: %d bytes, packed %d", users, length, len(answer), len(packed))
		for i := range benchApps {
			places <- struct{}{}
			writing.Go(func() {
				defer func() { <-places }()
				for ago := range benchDays {
					for read := range 2 {
						end := today.Add(-2 - ago)
						key := poller.AnswerKey{Window: wechat.Window{End: end, Range: length}, Answered: end.At(time.Duration(34+24*read) * time.Hour)}
						if err := kept.SaveAnswer(b.Context(), benchID(i), key, packed); err != nil {
							b.Error(err)
							return
						}
					}
				}
			})
		}
	}
	writing.Wait()
	for i := range benchApps {
		state := poller.State{LastPoll: time.Now(), LastSuccess: time.Now()}
		for _, length := range wechat.Ranges() {
			end := today.Add(-2)
			at := end.At(58 * time.Hour)
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

// BenchmarkRestore restores 1,000 apps × 30 days of small and of large apps, with their
// states and without, from a folder, and from the bucket of a Thanos object storage
// configuration if BENCH_CONFIG_FILE names one. The bucket is filled when it is empty.
func BenchmarkRestore(b *testing.B) {
	for _, users := range []int{30, 20_000} {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			folder := archive.Folder{Path: b.TempDir()}
			fillArchive(b, archive.Archive{Bucket: unsynced{folder}}, users)
			b.Run("folder", func(b *testing.B) { restoreAll(b, folder) })
			for i := range benchApps {
				if err := os.Remove(folder.Path + "/" + benchID(i) + "/state.json"); err != nil {
					b.Fatal(err)
				}
			}
			b.Run("folder without states", func(b *testing.B) { restoreAll(b, folder) })
		})
	}
	path := os.Getenv("BENCH_CONFIG_FILE")
	if path == "" {
		return
	}
	configuration, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	bucket, err := archive.NewObjectStorage(configuration)
	if err != nil {
		b.Fatal(err)
	}
	apps, err := bucket.ListFolders(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	if len(apps) == 0 {
		fillArchive(b, archive.Archive{Bucket: bucket}, 30)
	}
	b.Run("bucket", func(b *testing.B) { restoreAll(b, bucket) })
}

func restoreAll(b *testing.B, bucket archive.Bucket) {
	for b.Loop() {
		_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) // resets the peak
		store := &collector.Store{}
		p := poller.New(poller.Options{
			Schedule:   poller.Schedule{Ranges: wechat.Ranges(), PublishHour: 8, PollInterval: 30 * time.Minute},
			Dimensions: wechat.Dimensions(),
			Top:        map[wechat.Dimension]int{wechat.Device: 20},
			MaxAge:     168 * time.Hour,
			Store:      store,
			Archive:    archive.Archive{Bucket: bucket},
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
