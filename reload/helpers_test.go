package reload_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/reload"
)

const (
	first  = "wx00000000000000a1"
	second = "wx00000000000000a2"
	third  = "wx00000000000000a3"

	// secret must never be shown.
	secret  = "5ec2e70123456789abcdef0123456789"
	rotated = "5ec2e7012345678901234567890abcde"
)

// setUp is a running exporter of the apps of a file, in a synctest bubble.
type setUp struct {
	*pollertest.Simulation
	t        *testing.T
	reloader *reload.Reloader
	hangups  chan os.Signal
	log      lockedBuffer
	sources  []string // the appids of all sources that were made
}

// start starts an exporter of the apps that the file apps.yaml of the working folder
// lists. Files are written before.
func start(t *testing.T) *setUp {
	t.Helper()
	return startWith(t, func(*setUp) {})
}

// startWith is start with other options.
func startWith(t *testing.T, change func(*setUp), more ...func(*reload.Options)) *setUp {
	t.Helper()
	t.Setenv("WXAPP_APPS_FILE", "apps.yaml")
	started, err := config.ReadApps()
	if err != nil {
		t.Fatal(err)
	}
	s := &setUp{Simulation: pollertest.New(t, first, second, third, "demo", "demo2"), t: t, hangups: make(chan os.Signal, 1)}
	s.Options.Logger = slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	change(s)
	pollertest.SleepUntil(t, "2000-01-10 16:00")
	s.StartWith()
	options := reload.Options{
		ExternalURL: &url.URL{Scheme: "https", Host: "proxy.example.com", Path: "/wxapp"}, Read: config.ReadApps, Poller: s.Poller, Metrics: s.Metrics, Logger: s.Options.Logger,
		Source: func(app config.App) poller.Source {
			s.sources = append(s.sources, app.ID)
			source := s.Source(app.ID)
			source.Name = app.Name
			return source
		},
	}
	for _, change := range more {
		change(&options)
	}
	s.reloader = reload.New(options, started)
	synctest.Wait()
	s.sources = nil
	s.log.take()
	return s
}

// lockedBuffer is a buffer that is emptied while others write to it: the clock of a bubble
// does not order what goroutines do.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// take returns what was written since the last time.
func (b *lockedBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.text.String()
	b.text.Reset()
	return text
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// run runs the Reloader until the test ends.
func (s *setUp) run() {
	ended := make(chan struct{})
	ctx := s.t.Context()
	go func() {
		s.reloader.Run(ctx, s.hangups)
		close(ended)
	}()
	s.t.Cleanup(func() { <-ended })
}

// write writes the apps file, or another file.
func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// list is the content of an apps file.
func list(appids ...string) string {
	var text strings.Builder
	text.WriteString("apps:\n")
	for _, id := range appids {
		fmt.Fprintf(&text, "- {appid: %s, name: app %s, secret: %s}\n", id, id[len(id)-1:], secret)
	}
	return text.String()
}

// shown returns the last characters of the appids that have data, in their order.
func (s *setUp) shown() string {
	text := ""
	for _, snapshot := range s.Store.Snapshots() {
		if snapshot.HasData() {
			text += snapshot.App.ID[len(snapshot.App.ID)-1:]
		}
	}
	return text
}

// post asks for a reload and lets the polls end that come of it.
func (s *setUp) post(headers ...string) (status int, body string) {
	s.t.Helper()
	request := httptest.NewRequest(http.MethodPost, "http://exporter:10120/-/reload", nil)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	s.reloader.ServeHTTP(answer, request)
	synctest.Wait()
	if strings.Contains(answer.Body.String(), secret[:8]) {
		s.t.Errorf("the answer shows a secret: %s", answer.Body)
	}
	return answer.Code, answer.Body.String()
}

// logged returns what was logged by the Reloader since the last time.
func (s *setUp) logged() string {
	var lines []string
	log := s.log.take()
	for line := range strings.Lines(log) {
		if strings.Contains(line, "reload") || strings.Contains(line, "warning") {
			lines = append(lines, line)
		}
	}
	text := strings.Join(lines, "")
	if strings.Contains(log, secret[:8]) {
		s.t.Errorf("the log shows a secret: %s", log)
	}
	return text
}

func (s *setUp) expectLogged(want ...string) {
	s.t.Helper()
	text := ""
	for _, line := range want {
		text += line + "\n"
	}
	if got := s.logged(); got != text {
		s.t.Errorf("logged:\n%swant:\n%s", got, text)
	}
}

func (s *setUp) expectShown(want string) {
	s.t.Helper()
	if got := s.shown(); got != want {
		s.t.Errorf("the apps %q have data, want %q", got, want)
	}
}

// metric returns a metric of the exporter itself.
func (s *setUp) metric(name string) float64 {
	s.t.Helper()
	value, ok := s.Gather()[name+"{}"]
	if !ok {
		s.t.Errorf("%s is not shown", name)
	}
	return value
}

// linkTo makes a symbolic link point to a target in one step, as Kubernetes does.
func linkTo(t *testing.T, target, link string) {
	t.Helper()
	next := filepath.Join(filepath.Dir(link), "..data_tmp")
	if err := os.Symlink(target, next); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, link); err != nil {
		t.Fatal(err)
	}
}

const reloaded = `level=INFO msg="reloaded the apps; changes to environment variables need a restart" `

const failed = `level=ERROR msg="reload failed; the old settings stay" `
