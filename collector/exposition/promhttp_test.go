package exposition

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// selfMetrics returns metrics of the exporter itself of several types, whose values do
// not change.
func selfMetrics() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collector.NewSelfMetrics(),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "go_threads", Help: "Threads."}, func() float64 { return 7.5 }),
	)
	return registry
}

// reference returns the handler of client_golang for the same metrics.
func reference(store *collector.Store, self prometheus.Gatherer) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectortest.NewCollector(store))
	return promhttp.HandlerFor(prometheus.Gatherers{registry, self}, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// expectSame compares what a Handler and the reference show.
func expectSame(t *testing.T, handler, reference http.Handler) {
	t.Helper()
	for _, accept := range []string{acceptText, acceptOpenMetrics} {
		text := scrape(t, handler, "/metrics", accept)
		got, want := parse(t, text), parse(t, scrape(t, reference, "/metrics", accept))
		maps.DeleteFunc(got.comments, func(comment, _ string) bool { return strings.HasPrefix(comment, "UNIT ") })
		expectEqual(t, got.comments, want.comments)
		expectEqual(t, got.values, want.values)
		if accept == acceptText {
			parser := expfmt.NewTextParser(model.LegacyValidation)
			if _, err := parser.TextToMetricFamilies(strings.NewReader(text)); err != nil {
				t.Error(err)
			}
		}
		if (accept == acceptOpenMetrics) != strings.HasSuffix(text, "\n# EOF\n") {
			t.Errorf("%s: the text ends with %q", accept, text[len(text)-20:])
		}
	}
}

func expectEqual[V comparable](t *testing.T, got, want map[string]V) {
	t.Helper()
	for key, value := range want {
		if held, ok := got[key]; !ok || held != value {
			t.Errorf("%s is %v (present: %v), promhttp says %v", key, held, ok, value)
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is not among what promhttp says", key)
		}
	}
}

// Whatever happens to apps over some days, the Handler shows what promhttp shows.
func TestSameAsPromhttp(t *testing.T) {
	server := &wechattest.Server{}
	server.Fail(wechattest.DuplicateRows().For("wx000000000000000b"))
	server.Fail(wechattest.UnusableRows().For("wx000000000000000c"))
	server.Fail(wechattest.Errcode(48001).For("wx000000000000000d"))
	server.Fail(wechattest.Empty().For("wx000000000000000e"))
	snapshots := snapshotsOf(t, server, 3,
		collector.App{ID: "wx000000000000000a", Name: "鲜果到家"},
		collector.App{ID: "wx000000000000000b", Name: `a "quoted" \ name`},
		collector.App{ID: "wx000000000000000c", Name: "two\nlines"},
		collector.App{ID: "wx000000000000000d", Name: "d"},
		collector.App{ID: "wx000000000000000e", Name: "e"},
	)
	rare := collector.App{ID: "rare", Name: "rare"}
	snapshots = append(snapshots, collectortest.Answered(t, rare, []byte(rareNames)), &collector.Snapshot{App: rare})
	store := &collector.Store{}
	handler, reference := newHandler(t, store, selfMetrics()), reference(store, selfMetrics())
	for i, snapshot := range snapshots {
		store.Put(snapshot)
		if i%5 == 0 || i == len(snapshots)-2 {
			expectSame(t, handler, reference)
		}
	}
	store.Remove("wx000000000000000b")
	expectSame(t, handler, reference)
	if series := strings.Count(scrape(t, handler, "/metrics", acceptText), "\nwxapp_users{"); series < 3500 {
		t.Errorf("compared only %d series of wxapp_users", series)
	}
}

// rareNames is an answer whose names are hard to escape.
const rareNames = `{"visit_uv":{"city":[
	{"name":"\"","value":1},{"name":"\\","value":2},{"name":"\\n","value":3},{"name":"\n","value":4},
	{"name":"a b","value":5},{"name":"{}=,","value":6},{"name":"# EOF","value":7},{"name":"\u0000","value":8},
	{"name":"\r\n","value":9},{"name":"\u2028","value":10},{"name":"e\u0301","value":11},{"name":"é","value":12},
	{"name":"  ","value":13},{"name":"\\\"","value":14},{"name":"\t","value":15},{"name":"😀","value":9007199254740993}
]},"visit_uv_new":{"city":[{"name":"\"","value":0}]}}`

// The answer that WeChat documents becomes these texts.
func TestDocumentedAnswer(t *testing.T) {
	content, err := os.ReadFile("../../wechat/testdata/portrait-documented.json")
	if err != nil {
		t.Fatal(err)
	}
	content = bytes.Replace(content, []byte("20170611"), nil, 1) // an answer for every window
	store := &collector.Store{}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		store.Put(collectortest.Answered(t, collector.App{ID: "wx0123456789abcdef", Name: "鲜果到家"}, content))
	})
	handler := newHandler(t, store, prometheus.NewRegistry())
	for golden, accept := range map[string]string{"testdata/documented.prom": acceptText, "testdata/documented.openmetrics": acceptOpenMetrics} {
		got := scrape(t, handler, "/metrics", accept)
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", golden, got, want)
		}
	}
}

// Formats and encodings are chosen as promhttp chooses them.
func TestNegotiation(t *testing.T) {
	accepts := []string{
		"", "*/*", "text/plain", acceptText, acceptOpenMetrics,
		"application/openmetrics-text", "application/openmetrics-text;version=1.0.0",
		"application/openmetrics-text;version=0.0.1", "application/openmetrics-text;version=3.0.0",
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/plain;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4",
		"text/plain;version=0.0.4;escaping=values", "nonsense",
	}
	// Without those that refuse identity and accept the rest: promhttp sends identity.
	encodings := []string{
		"", "gzip", "gzip, deflate, br", "deflate, br", "identity", "gzip;q=0", "gzip;q=1.0, identity; q=0.5",
		"identity, gzip;q=0.5", "*", "*;q=0", "gzip;q=0.5, *;q=0", "gzip;q=0.0", "gzip ;q=0.3",
		"gzip, identity", "br;q=1.0, gzip;q=0.8, *;q=0.1", "zippy", "gzip;q=nonsense",
	}
	store := &collector.Store{}
	handler := newHandler(t, store, selfMetrics())
	reference := promhttp.HandlerFor(selfMetrics(), promhttp.HandlerOpts{
		OfferedCompressions: []promhttp.Compression{promhttp.Identity, promhttp.Gzip},
		AcceptedFormats:     []expfmt.Format{expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtOpenMetrics_0_0_1, expfmt.FmtText},
	})
	headers := func(handler http.Handler, accept, encoding string) string {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Header = http.Header{"Accept": {accept}, "Accept-Encoding": {encoding}}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
		header := recorder.Header()
		return header.Get("Content-Type") + " | " + header.Get("Content-Encoding") + " | " + strings.Join(header.Values("Vary"), ", ")
	}
	for _, accept := range accepts {
		if got, want := headers(handler, accept, ""), headers(reference, accept, ""); got != want {
			t.Errorf("Accept %q: got %s, want %s", accept, got, want)
		}
	}
	for _, encoding := range encodings {
		if got, want := headers(handler, "", encoding), headers(reference, "", encoding); got != want {
			t.Errorf("Accept-Encoding %q: got %s, want %s", encoding, got, want)
		}
	}
}
