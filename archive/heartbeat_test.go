package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// process is an exporter as far as its heartbeat goes.
type process struct {
	*archive.Heartbeat
	log  bytes.Buffer
	stop func()

	mu     sync.Mutex
	rivals int
	apps   []collector.App
}

func (p *process) poll(ids ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.apps = nil
	for _, id := range ids {
		p.apps = append(p.apps, collector.App{ID: id})
	}
}

// newProcess returns a process on an archive that is prepared.
func newProcess(t *testing.T, bucket archive.Bucket, host string, ids ...string) *process {
	t.Helper()
	p := &process{rivals: -1}
	p.poll(ids...)
	p.Heartbeat = &archive.Heartbeat{
		StopTimeout: 2 * time.Second,
		Archive:     archive.NewGuard(archive.Archive{Bucket: bucket}), Host: host, Replicas: 1, Remedy: "stop one",
		Apps:   func() []collector.App { p.mu.Lock(); defer p.mu.Unlock(); return p.apps },
		Rivals: func(n int) { p.mu.Lock(); defer p.mu.Unlock(); p.rivals = n },
		Log:    slog.New(slog.NewTextHandler(&p.log, &slog.HandlerOptions{Level: slog.LevelInfo})),
	}
	if err := p.Archive.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// start runs the heartbeat in the background of a bubble of synctest.
func (p *process) start(t *testing.T) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); p.Run(ctx) }()
	p.stop = func() { cancel(); <-ended; synctest.Wait() }
	synctest.Wait()
	return p
}

// check checks the number of rivals and the lines of the log since the last check.
func (p *process) check(t *testing.T, when string, rivals int, lines ...string) {
	t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rivals != rivals {
		t.Errorf("%s: %s has %d rivals, want %d", when, p.Host, p.rivals, rivals)
	}
	got := strings.Split(strings.TrimSuffix(p.log.String(), "\n"), "\n")
	if p.log.Len() == 0 {
		got = nil
	}
	p.log.Reset()
	if len(got) != len(lines) {
		t.Errorf("%s: %s logs %q, want %q", when, p.Host, got, lines)
		return
	}
	for i, line := range lines {
		if !strings.Contains(got[i], line) {
			t.Errorf("%s: %s logs %q, want %q", when, p.Host, got, lines)
		}
	}
}

// beats returns the names of the heartbeats in an archive.
func beats(t *testing.T, bucket archive.Bucket) (names []string) {
	t.Helper()
	all, err := bucket.List(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		if strings.HasPrefix(name, "exporter-") {
			names = append(names, name)
		}
	}
	return names
}

const (
	begins = "level=WARN msg=\"another exporter polls the same apps into the same archive, so WeChat is called more often than necessary\" hosts="
	ends   = "level=INFO msg=\"no other exporter polls the same apps any more\""
)

// Two processes on one archive notice each other while both run and poll the same apps, and neither
// before nor after.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, path := inFolder(t)
		one := newProcess(t, kept.Bucket, "one", "wx1", "wx2", "wx3").start(t)
		time.Sleep(time.Minute)
		two := newProcess(t, kept.Bucket, "two", "wx2", "wx3", "wx4").start(t)
		time.Sleep(time.Second) // no two of them beat at once: who sees whom would be chance
		three := newProcess(t, kept.Bucket, "three", "wx4", "wx5").start(t)
		one.check(t, "at the start", 0)
		time.Sleep(10*time.Minute + time.Second)
		one.check(t, "after ten minutes", 1, begins+"two shared_apps=2 remedy=\"stop one\"")
		two.check(t, "after ten minutes", 2, begins)
		three.check(t, "after ten minutes", 1, begins+"two shared_apps=1")
		if apps, err := kept.Apps(t.Context()); err != nil || len(apps) > 0 {
			t.Errorf("apps %v, %v", apps, err)
		}
		time.Sleep(time.Hour)
		one.check(t, "an hour later", 1)

		two.poll("wx4") // a reload
		time.Sleep(10 * time.Minute)
		one.check(t, "after the reload", 0, ends)
		two.check(t, "after the reload", 1)
		three.stop()
		if left := beats(t, kept.Bucket); len(left) != 2 {
			t.Errorf("after a clean stop there are %q", left)
		}
		time.Sleep(10 * time.Minute)
		two.check(t, "after the stop", 0, ends)
		one.stop()
		two.stop()
		if left := beats(t, archive.Folder{Path: path}); len(left) > 0 {
			t.Errorf("after all have stopped there are %q", left)
		}
	})
}

// Replicas on purpose are counted, and not warned of until there are more.
func TestReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, _ := inFolder(t)
		one, two := newProcess(t, kept.Bucket, "one", "wx1"), newProcess(t, kept.Bucket, "two", "wx1")
		one.Replicas, two.Replicas = 2, 2
		one.start(t)
		time.Sleep(time.Second)
		two.start(t)
		time.Sleep(20*time.Minute + time.Second)
		one.check(t, "two replicas", 1)
		three := newProcess(t, kept.Bucket, "three", "wx1").start(t)
		time.Sleep(20 * time.Minute)
		one.check(t, "a third one", 2, begins+"\"three two\"")
		for _, p := range []*process{one, two, three} {
			p.stop()
		}
	})
}

// A heartbeat that a killed process has left does not count, whatever the clocks say, and is removed
// when it is older than a day.
func TestHeartbeatsOfTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, path := inFolder(t)
		leave := func(name string, age time.Duration) {
			write(t, filepath.Join(path, name), fmt.Sprintf(`{"host":"gone","beat":%q,"apps":["wx1"]}`, time.Now().Add(-age).Format(time.RFC3339)))
		}
		leave("exporter-killed.json", time.Second)
		leave("exporter-ahead.json", -48*time.Hour)
		leave("exporter-old.json", 25*time.Hour)
		write(t, filepath.Join(path, "exporter-torn.json"), `{"host":`)
		write(t, filepath.Join(path, "exporter-notes.txt"), "mine")
		one := newProcess(t, kept.Bucket, "one", "wx1").start(t)
		time.Sleep(10 * time.Minute)
		if left := beats(t, kept.Bucket); len(left) != 6 {
			t.Errorf("after ten minutes there are %q", left)
		}
		time.Sleep(10 * time.Minute)
		one.check(t, "after 20 minutes", 0)
		if left := strings.Join(beats(t, kept.Bucket), " "); strings.Contains(left, "old") || !strings.Contains(left, "killed") {
			t.Errorf("after 20 minutes there are %q", left)
		}
		time.Sleep(25 * time.Hour)
		one.check(t, "a day later", 0)
		one.stop()
		if left := strings.Join(beats(t, kept.Bucket), " "); left != "exporter-ahead.json exporter-notes.txt exporter-torn.json" {
			t.Errorf("a day later there are %q", left)
		}
	})
}

// A process whose clock is wrong is noticed all the same: only the change of its heartbeat counts.
func TestHeartbeatsOfOtherClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, path := inFolder(t)
		one := newProcess(t, kept.Bucket, "one", "wx1").start(t)
		time.Sleep(time.Minute) // not when that one reads it
		for minute := range 6 {
			at := time.Now().Add(-1000*time.Hour + time.Duration(minute)*time.Second)
			write(t, filepath.Join(path, "exporter-behind.json"), fmt.Sprintf(`{"host":"behind","beat":%q,"apps":["wx1"]}`, at.Format(time.RFC3339)))
			time.Sleep(5 * time.Minute)
		}
		one.check(t, "with a clock that is behind", 1, begins+"behind")
		one.stop()
		if left := beats(t, kept.Bucket); len(left) != 1 {
			t.Errorf("there are %q", left)
		}
	})
}

// hanging is a folder that hangs when it lists its files.
type hanging struct{ archive.Folder }

func (hanging) List(ctx context.Context, _, _ string) ([]string, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

// An archive that hangs delays no stop, and is not written of.
func TestHeartbeatOnArchiveThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, path := inFolder(t)
		one := newProcess(t, hanging{archive.Folder{Path: path}}, "one", "wx1").start(t)
		time.Sleep(time.Hour)
		begin := time.Now()
		one.stop()
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("the stop took %s", took)
		}
		one.check(t, "at the end", -1)
	})
}

// It is the same in a bucket, whether or not objects may be removed there.
func TestHeartbeatInObjectStorage(t *testing.T) {
	for _, kind := range []string{"S3", "COS"} {
		server := &storage{objects: map[string]string{}}
		bucket := inStorage(t, server)[kind]
		one, two := newProcess(t, bucket, "one", "wx1", "wx2"), newProcess(t, bucket, "two", "wx2")
		beat := func(processes ...*process) {
			t.Helper()
			for _, p := range processes {
				if err := p.Beat(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		beat(one, two, one)
		if one.rivals != 0 {
			t.Errorf("%s: after a look there are %d rivals", kind, one.rivals)
		}
		beat(two, one)
		if one.rivals != 1 || two.rivals != 1 || !strings.Contains(one.log.String(), begins+"two shared_apps=1") {
			t.Errorf("%s: %d and %d rivals\n%s", kind, one.rivals, two.rivals, &one.log)
		}
		kept := archive.Archive{Bucket: bucket}
		if apps, err := kept.Apps(t.Context()); err != nil || len(apps) > 0 {
			t.Errorf("%s: apps %v, %v", kind, apps, err)
		}
		if err := kept.Probe(t.Context()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := two.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		beat(one)
		if left := beats(t, bucket); one.rivals != 0 || len(left) != 1 || !strings.Contains(one.log.String(), ends) {
			t.Errorf("%s: %d rivals, %q\n%s", kind, one.rivals, left, &one.log)
		}
	}
}
