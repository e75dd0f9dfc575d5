package exposition

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
)

// A scrape that VictoriaMetrics refuses by default is told about once, and no other.
func TestScrapeOverTheLimit(t *testing.T) {
	first, _ := twoDays(t)
	store := storeOf(first)
	self := &gatherer{}
	var log bytes.Buffer
	handler, err := New(store, self, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(target, client string) {
		r := request(target, acceptText)
		r.Header.Set("User-Agent", client)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
	}
	ask("/metrics", "vm_promscrape")
	for i := range 40 { // of half a MiB each
		help := strings.Repeat("x", 1<<19)
		family := gauge(fmt.Sprintf("go_%d", i), isOne())
		family.Help = &help
		self.families = append(self.families, family)
	}
	ask("/metrics", "Prometheus/3.16.0")
	ask("/metrics?appid=wxa", "vm_promscrape")
	if log.Len() > 0 {
		t.Errorf("without need: %s", &log)
	}
	ask("/metrics", "vm_promscrape")
	ask("/metrics", "vm_promscrape")
	text := log.String()
	if strings.Count(text, "level=WARN") != 1 || !strings.Contains(text, "/sd") || !strings.Contains(text, "max_scrape_size") {
		t.Errorf("logged %q", text)
	}
}

// failing is a log that fails the test.
func failing(t testing.TB) *slog.Logger { return slog.New(slog.NewTextHandler(failingWriter{t}, nil)) }

type failingWriter struct{ testing.TB }

func (w failingWriter) Write(line []byte) (int, error) {
	w.Errorf("logged %s", line)
	return len(line), nil
}
