package collector_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

const appid = "wx0123456789abcdef"

// simulation is a poller on a simulated WeChat. It lives in a synctest bubble, whose
// clock starts on 2000-01-01 at 08:00 in Asia/Shanghai.
type simulation struct {
	t       *testing.T
	server  *wechattest.Server
	archive *memoryArchive
	store   *collector.Store
	metrics *collector.ProcessMetrics
	log     *bytes.Buffer
	poller  *collector.Poller
	running sync.WaitGroup
	stop    context.CancelFunc
}

func newSimulation(t *testing.T, appids ...string) *simulation {
	s := &simulation{
		t:       t,
		server:  &wechattest.Server{},
		archive: &memoryArchive{},
		metrics: collector.NewProcessMetrics(),
		log:     &bytes.Buffer{},
	}
	s.poller = &collector.Poller{
		Schedule: collector.Schedule{
			Ranges:       wechat.Ranges(),
			PublishHour:  8,
			PollInterval: 30 * time.Minute,
		},
		Dimensions: wechat.Dimensions(),
		Top:        map[wechat.Dimension]int{wechat.Device: 20},
		MaxAge:     168 * time.Hour,
		Metrics:    s.metrics,
		Logger:     slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{ReplaceAttr: withoutTime})),
	}
	if len(appids) == 0 {
		appids = []string{appid}
	}
	for _, id := range appids {
		s.poller.Sources = append(s.poller.Sources, collector.Source{App: collector.App{ID: id, Name: id}, API: s.client(id)})
	}
	t.Cleanup(s.end)
	return s
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// client returns a client whose calls reach the simulated WeChat without a socket,
// since sockets keep the bubble's clock from moving.
func (s *simulation) client(id string) *wechat.Client {
	client := newHTTPClient(s.server)
	return &wechat.Client{
		HTTP:    client,
		Observe: s.metrics.Observe,
		Tokens: &wechat.SecretTokens{
			AppID:   id,
			Secret:  func() (wechat.Secret, error) { return "0123456789abcdef0123456789abcdef", nil },
			HTTP:    client,
			Observe: s.metrics.Observe,
		},
	}
}

func newHTTPClient(server *wechattest.Server) *http.Client {
	return &http.Client{Transport: server, Timeout: 30 * time.Second}
}

// start starts the poller with an empty store, and lets it do what is due.
func (s *simulation) start() {
	for i, source := range s.poller.Sources {
		s.poller.Sources[i].API = s.client(source.ID) // a new process holds no token
	}
	s.run()
}

// startWith starts the poller with another API for the first app.
func (s *simulation) startWith(api collector.API) {
	s.poller.Sources[0].API = api
	s.run()
}

func (s *simulation) run() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.store = &collector.Store{}
	s.poller.Store = s.store
	s.poller.Archive = s.archive
	poller := *s.poller
	s.running.Go(func() { poller.Run(ctx, func() {}) })
	synctest.Wait()
}

// end stops the poller.
func (s *simulation) end() {
	if s.stop != nil {
		s.stop()
		s.running.Wait()
		s.stop = nil
	}
}

// sleepUntil lets the time pass until the clock in Asia/Shanghai shows a time of the
// form 2006-01-02 15:04.
func sleepUntil(t *testing.T, shanghai string) {
	t.Helper()
	until, err := time.Parse("2006-01-02 15:04 -0700", shanghai+" +0800")
	if err != nil || until.Before(time.Now()) {
		t.Fatalf("cannot sleep until %s: %v", shanghai, err)
	}
	time.Sleep(time.Until(until))
	synctest.Wait()
}

// calls returns the calls since the last time, one line each.
func (s *simulation) calls() string {
	var lines []string
	for _, call := range s.server.Calls() {
		line := wechat.InShanghai(call.Time).Format("01-02 15:04 ") + call.Endpoint
		if call.Begin != "" {
			line += " " + call.Begin + "-" + call.End
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (s *simulation) expectCalls(want string) {
	s.t.Helper()
	if got := s.calls(); got != strings.TrimSpace(want) {
		s.t.Errorf("calls:\n%s\nwant:\n%s", got, strings.TrimSpace(want))
	}
}

func (s *simulation) snapshot(id string) *collector.Snapshot {
	s.t.Helper()
	for _, snapshot := range s.store.Snapshots() {
		if snapshot.App.ID == id {
			return snapshot
		}
	}
	s.t.Fatalf("no snapshot of %s", id)
	return nil
}

// gather returns the value of every series of the store by its name and labels.
func (s *simulation) gather() map[string]float64 {
	s.t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector.New(s.store), s.metrics)
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

// memoryArchive is an archive in memory. States pass through JSON, as they do on the
// way to a disk.
type memoryArchive struct {
	mu      sync.Mutex
	states  map[string][]byte
	answers map[string][]byte
	broken  error // what every write fails with
}

// breakWith makes every write fail with err, or lets all succeed again.
func (m *memoryArchive) breakWith(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}

func answerKey(id string, w wechat.Window, answered time.Time) string {
	return fmt.Sprintf("%s %s %s %d", id, w.Range, w.End, answered.UnixNano())
}

func (m *memoryArchive) State(_ context.Context, id string) (state collector.State, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if content, ok := m.states[id]; ok {
		err = json.Unmarshal(content, &state)
	}
	return state, err
}

func (m *memoryArchive) SaveState(_ context.Context, id string, state collector.State) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	content, err := json.Marshal(state)
	if m.states == nil {
		m.states = map[string][]byte{}
	}
	m.states[id] = content
	return err
}

func (m *memoryArchive) Answer(_ context.Context, id string, w wechat.Window, answered time.Time) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	answer, ok := m.answers[answerKey(id, w, answered)]
	if !ok {
		return nil, fmt.Errorf("no answer for %s", w)
	}
	return answer, nil
}

func (m *memoryArchive) SaveAnswer(_ context.Context, id string, w wechat.Window, answered time.Time, answer []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	if m.answers == nil {
		m.answers = map[string][]byte{}
	}
	m.answers[answerKey(id, w, answered)] = answer
	return nil
}

// count returns the number of answers for the window of a length that ends on a day.
func (m *memoryArchive) count(w wechat.Window) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for key := range maps.Keys(m.answers) {
		if slices.Equal(strings.Fields(key)[1:3], []string{w.Range.String(), w.End.String()}) {
			n++
		}
	}
	return n
}
