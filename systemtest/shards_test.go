package systemtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/web"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// divided is a fleet of shards: processes that share the apps of a file and an archive.
type divided struct {
	t       *testing.T
	ids     []string
	server  *wechattest.Server
	bucket  *faultyBucket
	running map[*shardProcess]bool
}

// newDivided returns a fleet without processes.
func newDivided(t *testing.T) *divided {
	t.Helper()
	d := &divided{
		t: t, server: &wechattest.Server{Apps: map[string]wechattest.App{}}, running: map[*shardProcess]bool{},
		bucket: &faultyBucket{folder: t.TempDir()},
	}
	var list strings.Builder
	list.WriteString("apps:\n")
	for i := range shardedApps() {
		id := fmt.Sprintf("wx%016x", i)
		d.ids, d.server.Apps[id] = append(d.ids, id), wechattest.App{Users: 5}
		fmt.Fprintf(&list, "- {appid: %s, secret: 0123456789abcdef0123456789abcdef}\n", id)
	}
	file := filepath.Join(t.TempDir(), "apps.yaml")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WXAPP_APPS_FILE", file)
	return d
}

// shardProcess is a process of a fleet.
type shardProcess struct {
	*pollertest.Simulation
	process process
	shard   shards.Shard
	site    *http.ServeMux
	rivals  atomic.Int64
	stopped func()
}

// untilDead reaches WeChat until the process is dead.
type untilDead struct {
	server  *wechattest.Server
	process *process
}

func (u untilDead) RoundTrip(request *http.Request) (*http.Response, error) {
	if u.process.dead.Load() {
		return nil, errAway
	}
	return u.server.RoundTrip(request)
}

// start starts a process and lets it do what is due.
func (d *divided) start(index, total int) *shardProcess {
	d.t.Helper()
	d.t.Setenv("WXAPP_SHARD", fmt.Sprint(index))
	d.t.Setenv("WXAPP_TOTAL_SHARDS", fmt.Sprint(total))
	apps, err := config.ReadApps()
	if err != nil {
		d.t.Fatal(err)
	}
	p := &shardProcess{Simulation: pollertest.New(d.t), shard: shards.Shard{Index: index, Total: total}}
	kept := archive.NewGuard(archive.Archive{Bucket: bucketOf{d.bucket, &p.process}})
	p.Options.Archive, p.Options.StopTimeout = kept, 7*time.Second
	p.Options.Dimensions = []wechat.Dimension{wechat.Gender} // few series: there are many apps
	client := &http.Client{Transport: untilDead{d.server, &p.process}}
	var sources []poller.Source
	for _, app := range apps.Apps {
		secret := func() (wechat.Secret, error) { return app.Tokens.Value, nil }
		sources = append(sources, poller.Source{App: collector.App{ID: app.ID, Name: app.Name}, API: &wechat.Client{
			HTTP: client, Tokens: &wechat.SecretTokens{AppID: app.ID, Secret: secret, HTTP: client},
		}})
	}
	p.StartWith(sources...)

	site := &web.Site{
		Apps: p.Poller.Apps, Store: p.Store, TelemetryPath: "/metrics",
		Shard: p.shard, OtherApps: func() int { return len(apps.OtherApps) },
	}
	scrapes, err := exposition.New(p.Store, prometheus.NewRegistry(), exposition.Options{WithoutLocations: true})
	if err != nil {
		d.t.Fatal(err)
	}
	p.site = http.NewServeMux()
	p.site.Handle("GET /metrics", scrapes)
	site.Register(p.site)

	ctx, stop := context.WithCancel(d.t.Context())
	ended := make(chan struct{})
	heartbeat := &archive.Heartbeat{
		StopTimeout: 2 * time.Second,
		Archive:     kept, Host: p.shard.String(), Apps: p.Poller.Apps, Replicas: 1,
		Rivals: func(n int) { p.rivals.Store(int64(n)) }, Log: p.Options.Logger,
	}
	go func() {
		defer close(ended)
		heartbeat.Run(ctx)
	}()
	p.stopped = func() {
		stop()
		<-ended
		p.End()
	}
	d.running[p] = true
	synctest.Wait()
	return p
}

// stop stops a process: all that it was told gets into the archive.
func (d *divided) stop(p *shardProcess) {
	d.t.Helper()
	delete(d.running, p)
	p.stopped()
	if p.Err != nil {
		d.t.Errorf("shard %s: %v", p.shard, p.Err)
	}
}

// kill ends a process at once: it reaches nobody any more, and what it held is lost.
func (d *divided) kill(p *shardProcess) {
	delete(d.running, p)
	p.process.dead.Store(true)
	p.stopped()
}

func (p *shardProcess) get(t *testing.T, path string) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	p.site.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	if recorder.Code != http.StatusOK {
		t.Fatalf("shard %s: %s: status %d: %s", p.shard, path, recorder.Code, recorder.Body)
	}
	return recorder.Body.String()
}

// shown returns in how many processes each app is a target that has numbers.
func (d *divided) shown() map[string]int {
	d.t.Helper()
	count := map[string]int{}
	for p := range d.running {
		var targets []struct{ Labels map[string]string }
		if err := json.Unmarshal([]byte(p.get(d.t, "/sd")), &targets); err != nil {
			d.t.Fatal(err)
		}
		for _, target := range targets {
			id := target.Labels["__param_appid"]
			if id != collector.SelfID && strings.Contains(p.get(d.t, "/metrics?appid="+id), `wxapp_users{appid="`+id+`"`) {
				count[id]++
			}
		}
	}
	return count
}

// expectOnce holds that every app is shown by one process.
func (d *divided) expectOnce() {
	d.t.Helper()
	shown := d.shown()
	for _, id := range d.ids {
		if shown[id] != 1 {
			d.t.Errorf("%s: %s is shown %d times", time.Now(), id, shown[id])
		}
	}
}

// question is a window of an app that WeChat was asked for.
type question struct{ app, begin, end string }

// dayBefore returns the question of the day before.
func (q question) dayBefore(t *testing.T) question {
	t.Helper()
	begin, err1 := wechat.ParseDay(q.begin)
	end, err2 := wechat.ParseDay(q.end)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return question{q.app, begin.Add(-1).String(), end.Add(-1).String()}
}

// asked returns how often WeChat was asked for each window of a portrait since it was last
// forgotten, and holds that what it answered is in the archive.
func (d *divided) asked() map[question]int {
	d.t.Helper()
	count := map[question]int{}
	for _, call := range d.server.Calls() {
		if call.Endpoint != wechat.EndpointUserPortrait {
			continue
		}
		q := question{call.AppID, call.Begin, call.End}
		count[q]++
		if call.Code != "0" || call.Empty || count[q] > 1 {
			continue
		}
		begin, err1 := wechat.ParseDay(call.Begin)
		end, err2 := wechat.ParseDay(call.End)
		if err := errors.Join(err1, err2); err != nil {
			d.t.Fatal(err)
		}
		found, err := filepath.Glob(filepath.Join(d.bucket.folder, call.AppID, fmt.Sprintf("%dd", end.Sub(begin)+1), call.End+"_*"))
		if err != nil || len(found) == 0 {
			d.t.Errorf("%s: the answer for %s to %s is not in the archive: %v", call.AppID, call.Begin, call.End, err)
		}
	}
	d.server.ForgetCalls()
	return count
}

// Three processes with one apps file of 3,000 apps, or 60 unless TEST_SIZE is full, and one archive
// become four one after the other, in the hour in which WeChat publishes, and one is killed. Each app
// is shown once before and after, every answer is in the archive, and no question is asked more
// than once more than on another day.
func TestShards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDivided(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		var old []*shardProcess
		for index := range 3 {
			old = append(old, d.start(index, 3))
		}
		pollertest.SleepUntil(t, "2000-01-11 07:00")
		d.expectOnce()
		d.asked()

		pollertest.SleepUntil(t, "2000-01-11 10:05") // published since five minutes
		added := d.start(3, 4)
		for id, n := range d.shown() {
			if moved := added.shard.Has(id); n != 1 && (!moved || n != 2) {
				t.Errorf("while the new shard runs, %s is shown %d times", id, n)
			}
		}
		time.Sleep(5 * time.Minute)
		d.stop(old[2])
		d.start(2, 4)
		time.Sleep(5 * time.Minute)
		d.kill(old[1])
		time.Sleep(time.Minute)
		d.start(1, 4)
		time.Sleep(5 * time.Minute)
		d.stop(old[0])
		first := d.start(0, 4)
		pollertest.SleepUntil(t, "2000-01-12 07:00")
		d.expectOnce()
		disturbed := d.asked()
		pollertest.SleepUntil(t, "2000-01-13 07:00")
		d.expectOnce()
		usual := d.asked()
		if len(disturbed) != len(usual) || len(usual) < 6*len(d.ids) {
			t.Errorf("on the day of the change there were %d questions, on the next %d", len(disturbed), len(usual))
		}
		twice := 0
		for q, n := range usual {
			again := disturbed[q.dayBefore(t)] - n
			switch { // a poll is doubled by whoever polls the app beside, or did not get to write what it was told
			case again == 1 && (added.shard.Has(q.app) || old[1].shard.Has(q.app)):
				twice++
			case again != 0:
				t.Errorf("%v was asked %d times more than on the day after", q, again)
			}
		}
		t.Logf("%d of %d questions were asked once more", twice, len(usual))

		for p := range d.running {
			if n := p.rivals.Load(); n != 0 {
				t.Errorf("shard %s finds %d others that poll its apps", p.shard, n)
			}
		}
		copied := d.start(0, 4)
		time.Sleep(20 * time.Minute)
		for p := range d.running {
			if want := p == first || p == copied; (p.rivals.Load() == 1) != want {
				t.Errorf("while shard 0 runs twice, shard %s finds %d others that poll its apps", p.shard, p.rivals.Load())
			}
		}
		for p := range d.running {
			d.stop(p)
		}
	})
}
