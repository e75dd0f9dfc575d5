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

func (silent) Ask(ctx context.Context, _ wechat.Statistic, _ wechat.Window) (*wechat.Answer, error) {
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

// portrait is the dataset that is restored.
func portrait() wechat.Dataset { return wechat.Datasets()[0] }

// benchAnswers returns the answers of an app with a number of users, by series.
func benchAnswers(b *testing.B, users int) map[string][]byte {
	b.Helper()
	server := &wechattest.Server{NoTokens: true, Apps: map[string]wechattest.App{"": {Users: users}}}
	client := &wechat.Client{HTTP: &http.Client{Transport: server}}
	answers := map[string][]byte{}
	for _, s := range portrait().Statistics {
		answer, err := client.Ask(b.Context(), s, s.Window(wechat.DayOf(time.Now()).Add(-2)))
		if err != nil {
			b.Fatal(err)
		}
		answers[s.Series()] = answer.Bytes
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
	answers := benchAnswers(b, users)
	for _, s := range portrait().Statistics {
		answer := answers[s.Series()]
		packed, err := kept.Pack(time.Now(), answer)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d users, %s: %d bytes, packed %d", users, s.Series(), len(answer), len(packed))
		for i := range benchApps {
			places <- struct{}{}
			writing.Go(func() {
				defer func() { <-places }()
				for ago := range benchDays {
					for read := range 2 {
						end := today.Add(-2 - ago)
						key := poller.AnswerKey{Series: s.Series(), Window: s.Window(end), Answered: end.At(time.Duration(34+24*read) * time.Hour)}
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
		state := poller.State{LastPoll: time.Now(), LastSuccess: time.Now(), Series: map[string][]poller.WindowState{}}
		for _, s := range portrait().Statistics {
			end := today.Add(-2)
			at := end.At(58 * time.Hour)
			state.Series[s.Series()] = []poller.WindowState{{
				End: end, Asked: time.Now(), Outcome: collector.OutcomeData, Answered: at, Confirmed: at,
			}}
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
			Schedule: poller.Schedule{PublishHour: 8, PollInterval: 30 * time.Minute},
			Datasets: []wechat.Dataset{portrait()},
			Shows: poller.Shows{
				Dimensions: wechat.Dimensions(),
				Top:        map[wechat.Dimension]int{wechat.Device: 20},
				MaxAge:     168 * time.Hour,
			},
			Store:   store,
			Archive: archive.Archive{Bucket: bucket},
			Metrics: collector.NewSelfMetrics(portrait()),
			Logger:  slog.New(slog.DiscardHandler),
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
			held += len(snapshot.Portrait().Held)
		}
		if held != benchApps*len(portrait().Statistics) {
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
