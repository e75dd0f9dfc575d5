// Package pollertest runs a Poller on a simulated WeChat, in the time of
// testing/synctest. Only tests use it.
package pollertest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// AppID is the app of a Simulation that was given none.
const AppID = "wx0123456789abcdef"

// Simulation is a Poller on a simulated WeChat. It lives in a synctest bubble, whose
// clock starts on 2000-01-01 at 08:00 in Asia/Shanghai.
type Simulation struct {
	Server  *wechattest.Server
	Archive *Archive
	Store   *collector.Store // a new one at every start
	Metrics *collector.SelfMetrics
	Log     *bytes.Buffer
	Options poller.Options // of the next start
	Poller  *poller.Poller // that was started last
	AppIDs  []string       // of the next start
	Err     error          // what the Poller that was stopped last returned

	t       testing.TB
	running sync.WaitGroup
	stop    context.CancelFunc
}

// New returns a Simulation of apps, or of AppID, that is not started. The apps have about
// 300 users a day: what WeChat answers about them is short.
func New(t testing.TB, appids ...string) *Simulation {
	if len(appids) == 0 {
		appids = []string{AppID}
	}
	apps := map[string]wechattest.App{}
	for _, id := range appids {
		apps[id] = wechattest.App{Users: 300}
	}
	s := &Simulation{
		Server:  &wechattest.Server{Apps: apps},
		Archive: &Archive{},
		Metrics: collector.NewSelfMetrics(Datasets(wechat.UserPortrait)...),
		Log:     &bytes.Buffer{},
		AppIDs:  appids,
		t:       t,
	}
	s.Options = poller.Options{
		Schedule: poller.Schedule{PublishHour: 8, PollInterval: 30 * time.Minute},
		Datasets: Datasets(wechat.UserPortrait),
		Shows: poller.Shows{
			Dimensions: wechat.Dimensions(),
			Top:        map[wechat.Dimension]int{wechat.Device: 20, wechat.Page: 20},
			MaxAge:     168 * time.Hour,
		},
		Archive: s.Archive,
		Metrics: s.Metrics,
		Logger:  slog.New(slog.NewTextHandler(s.Log, &slog.HandlerOptions{ReplaceAttr: withoutTime})),
	}
	t.Cleanup(s.End)
	return s
}

// Datasets returns the datasets of some names, in their order.
func Datasets(names ...string) []wechat.Dataset {
	return slices.DeleteFunc(wechat.Datasets(), func(d wechat.Dataset) bool { return !slices.Contains(names, d.Name) })
}

// Portrait returns the user portrait of some ranges.
func Portrait(ranges ...wechat.Range) wechat.Dataset {
	portrait := Datasets(wechat.UserPortrait)[0]
	portrait.Statistics = slices.DeleteFunc(portrait.Statistics, func(s wechat.Statistic) bool { return !slices.Contains(ranges, s.Range) })
	return portrait
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// Source returns an app whose calls reach the simulated WeChat without a socket, because
// sockets would stop the clock of the bubble. It holds no token yet.
func (s *Simulation) Source(id string) poller.Source {
	client := newHTTPClient(s.Server)
	return poller.Source{App: collector.App{ID: id, Name: id}, API: &wechat.Client{
		HTTP:    client,
		Observe: s.Metrics.Observe,
		Tokens: &wechat.SecretTokens{
			AppID:   id,
			Secret:  func() (wechat.Secret, error) { return "0123456789abcdef0123456789abcdef", nil },
			HTTP:    client,
			Observe: s.Metrics.Observe,
		},
	}}
}

func newHTTPClient(server *wechattest.Server) *http.Client {
	return &http.Client{Transport: server, Timeout: 30 * time.Second}
}

// Start starts a Poller with an empty store, as a new process would, and lets it do what
// is due.
func (s *Simulation) Start() {
	var sources []poller.Source
	for _, id := range s.AppIDs {
		sources = append(sources, s.Source(id))
	}
	s.StartWith(sources...)
}

// StartWith starts a Poller of other apps.
func (s *Simulation) StartWith(sources ...poller.Source) {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.Store = &collector.Store{}
	s.Options.Store = s.Store
	s.Poller = poller.New(s.Options)
	for _, source := range sources {
		s.Poller.Add(source)
	}
	s.running.Go(func() { s.Err = s.Poller.Run(ctx, func() {}) })
	synctest.Wait()
}

// Stop tells the Poller to stop and does not wait for it.
func (s *Simulation) Stop() { s.stop() }

// End stops the Poller.
func (s *Simulation) End() {
	if s.stop != nil {
		s.stop()
		s.running.Wait()
		s.stop = nil
	}
}

// SleepUntil lets the time pass until the clock in Asia/Shanghai shows a time of the
// form 2006-01-02 15:04.
func SleepUntil(t testing.TB, shanghai string) {
	t.Helper()
	until, err := time.Parse("2006-01-02 15:04 -0700", shanghai+" +0800")
	if err != nil || until.Before(time.Now()) {
		t.Fatalf("cannot sleep until %s: %v", shanghai, err)
	}
	time.Sleep(time.Until(until))
	synctest.Wait()
}

// Calls returns the calls since the last time, one line each.
func (s *Simulation) Calls() string {
	var lines []string
	for _, call := range s.Server.Calls() {
		line := wechat.InShanghai(call.Time).Format("01-02 15:04 ") + call.Endpoint
		if call.Begin != "" {
			line += " " + call.Begin + "-" + call.End
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// ExpectCalls fails the test when the calls differ from the lines.
func (s *Simulation) ExpectCalls(want string) {
	s.t.Helper()
	if got := s.Calls(); got != strings.TrimSpace(want) {
		s.t.Errorf("calls:\n%s\nwant:\n%s", got, strings.TrimSpace(want))
	}
}

// Snapshot returns the snapshot of an app.
func (s *Simulation) Snapshot(id string) *collector.Snapshot {
	s.t.Helper()
	if snapshot := s.Store.Snapshot(id); snapshot != nil {
		return snapshot
	}
	s.t.Fatalf("no snapshot of %s", id)
	return nil
}

// Gather returns the value of every series of the store by its name and labels.
func (s *Simulation) Gather() map[string]float64 {
	s.t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collectortest.NewCollector(s.Store), s.Metrics)
	families, err := registry.Gather()
	if err != nil {
		s.t.Fatalf("gather: %v", err)
	}
	values := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", label.GetName(), label.GetValue()))
			}
			values[family.GetName()+"{"+strings.Join(labels, ",")+"}"] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
		}
	}
	return values
}
