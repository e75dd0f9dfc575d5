package exposition

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// gatherer returns families and an error.
type gatherer struct {
	families []*dto.MetricFamily
	err      error
}

func (g *gatherer) Gather() ([]*dto.MetricFamily, error) { return g.families, g.err }

func gauge(name string, metrics ...*dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Type: dto.MetricType_GAUGE.Enum(), Metric: metrics}
}

func isOne() *dto.Metric { number := 1.0; return &dto.Metric{Gauge: &dto.Gauge{Value: &number}} }

// A metric of the exporter itself that fails does not affect any other.
func TestSelfErrors(t *testing.T) {
	first, _ := twoDays(t)
	self := &gatherer{}
	var log bytes.Buffer
	handler, err := New(storeOf(first), self, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	self.families = []*dto.MetricFamily{
		gauge("go_before", isOne()),
		gauge("go_broken", isOne(), &dto.Metric{}),
		gauge("wxapp_up", isOne()), // did not exist at the start
		gauge("go_after", isOne()),
	}
	for _, accept := range []string{acceptText, acceptOpenMetrics} {
		log.Reset()
		self.err = errors.New("collector went away: " + accept)
		scrape(t, handler, "/metrics", accept)
		text := scrape(t, handler, "/metrics", accept) // with the same error
		values := parse(t, text).values
		for _, series := range []string{"go_before", "go_after", `wxapp_up{appid="wxa"}`} {
			if values[series] != 1 {
				t.Errorf("%s is missing", series)
			}
		}
		if strings.Contains(text, "broken") {
			t.Error("half a family is shown")
		}
		got := log.String()
		if strings.Count(got, "level=ERROR") != 1 {
			t.Fatalf("logged %q", got)
		}
		for _, word := range []string{"collector went away", "go_broken", "wxapp_up"} {
			if !strings.Contains(got, word) {
				t.Errorf("the log %q does not mention %s", got, word)
			}
		}
	}
	log.Reset()
	scrape(t, handler, "/metrics?appid=wxa", acceptText)
	if log.Len() > 0 {
		t.Errorf("a scrape of an app met %s", &log)
	}
}

// In OpenMetrics a counter is named without its suffix. No two families have a name in common,
// not even with what their type adds to it, and no series is lost for that.
func TestEachFamilyOnce(t *testing.T) {
	first, _ := twoDays(t)
	registry := collector.NewSelfMetrics().Registry()
	handler := newHandler(t, storeOf(first), registry)
	text := scrape(t, handler, "/metrics", acceptOpenMetrics)
	openMetrics := parse(t, text)
	taken := map[string]string{}
	for comment, kind := range openMetrics.comments {
		name, ok := strings.CutPrefix(comment, "TYPE ")
		if !ok {
			continue
		}
		suffixes := map[string][]string{
			"counter": {"", "_total", "_created"}, "summary": {"", "_count", "_sum", "_created"},
			"histogram": {"", "_count", "_sum", "_bucket", "_created"}, "gauge": {""}, "unknown": {""},
		}[kind]
		if suffixes == nil {
			t.Errorf("%s has the type %s", name, kind)
		}
		for _, suffix := range suffixes {
			if other, twice := taken[name+suffix]; twice {
				t.Errorf("the families %s and %s share the name %s", name, other, name+suffix)
			}
			taken[name+suffix] = name
		}
	}
	for name, kind := range map[string]string{"go_memstats_alloc_bytes": "gauge", "go_memstats_alloc_bytes_total": "unknown", "go_memstats_frees": "counter"} {
		if got := openMetrics.comments["TYPE "+name]; got != kind {
			t.Errorf("the type of %s is %q, want %s", name, got, kind)
		}
	}
	expectEqual(t, seriesByName(openMetrics), seriesByName(parse(t, scrape(t, handler, "/metrics", acceptText))))
}

// seriesByName counts the series of each name.
func seriesByName(e exposition) map[string]int {
	n := map[string]int{}
	for series := range e.values {
		name, _, _ := strings.Cut(series, "{")
		n[name]++
	}
	return n
}

func TestCollidingNames(t *testing.T) {
	for _, name := range []string{"wxapp_users", "wxapp_location_info", "wxapp_poll_failures_total", "wxapp_poll_failures"} {
		self := &gatherer{families: []*dto.MetricFamily{gauge("go_threads", isOne()), gauge(name, isOne())}}
		_, err := New(&collector.Store{}, self, Options{})
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "go_threads") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The metrics of the exporter itself may be longer than an uncompressed block can be.
func TestManySelfMetrics(t *testing.T) {
	self := &gatherer{}
	for i := range 10_000 {
		self.families = append(self.families, gauge(fmt.Sprintf("go_%d", i), isOne()))
	}
	handler := newHandler(t, &collector.Store{}, self)
	values := parse(t, scrape(t, handler, "/metrics", acceptText)).values
	for i := range 10_000 {
		if values[fmt.Sprintf("go_%d", i)] != 1 {
			t.Fatalf("go_%d is missing among %d series", i, len(values))
		}
	}
}
