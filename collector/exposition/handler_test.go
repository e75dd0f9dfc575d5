package exposition

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// twoDays returns a snapshot of each of two apps on one day, and on the next.
func twoDays(t *testing.T) (first, second map[string]*collector.Snapshot) {
	t.Helper()
	server := &wechattest.Server{}
	first, second = map[string]*collector.Snapshot{}, map[string]*collector.Snapshot{}
	for _, snapshot := range shown(t, 2, simulated(server, "wxa", "A"), simulated(server, "wxb", "B")) {
		if snapshot.HasData() && first[snapshot.App.ID] == nil {
			first[snapshot.App.ID] = snapshot
		}
		second[snapshot.App.ID] = snapshot
	}
	if len(first) != 2 || first["wxa"] == second["wxa"] || first["wxb"] == second["wxb"] {
		t.Fatalf("got %v and %v", first, second)
	}
	return first, second
}

func storeOf(snapshots map[string]*collector.Snapshot) *collector.Store {
	store := &collector.Store{}
	for _, snapshot := range snapshots {
		store.Put(snapshot)
	}
	return store
}

// samplesOf returns what a snapshot hands over, by series.
func samplesOf(snapshot *collector.Snapshot) map[string]float64 {
	values := map[string]float64{}
	snapshot.Each(func(s collector.Sample) {
		pairs := make([]string, len(s.Labels))
		for i, label := range s.Labels {
			pairs[i] = s.Metric.Labels[i] + `="` + label + `"`
		}
		values[s.Metric.Name+"{"+strings.Join(pairs, ",")+"}"] = float64(s.Value)
	})
	return values
}

// While apps change, every scrape is whole, and shows of each app one snapshot.
func TestRefreshesAndScrapesAtOnce(t *testing.T) {
	first, second := twoDays(t)
	store := storeOf(first)
	handler := newHandler(t, store, process())

	var running sync.WaitGroup
	for appid := range first {
		running.Go(func() {
			for range 20 {
				store.Put(second[appid])
				store.Put(first[appid])
			}
		})
	}
	for range 2 {
		running.Go(func() {
			for range 10 {
				values := parse(t, scrape(t, handler, "/metrics", acceptOpenMetrics)).values
				for appid := range first {
					got := maps.Clone(values)
					maps.DeleteFunc(got, func(series string, _ float64) bool { return !strings.Contains(series, `appid="`+appid+`"`) })
					if !maps.Equal(got, samplesOf(first[appid])) && !maps.Equal(got, samplesOf(second[appid])) {
						t.Errorf("%d series of %s are of neither snapshot", len(got), appid)
					}
				}
				scrape(t, handler, "/metrics?appid=wxa", acceptText)
			}
		})
	}
	running.Wait()
	expectSame(t, handler, reference(store, process()))
}

func TestAppID(t *testing.T) {
	first, _ := twoDays(t)
	handler := newHandler(t, storeOf(first), process())
	tests := []struct {
		query            string
		a, b, theProcess bool
	}{
		{"", true, true, true},
		{"?appid=wxa", true, false, false},
		{"?appid=wxb", false, true, false},
		{"?appid=wxb&appid=wxa", true, true, false},
		{"?appid=wxa&appid=wxa", true, false, false},
		{"?appid=wxa&appid=", true, false, true},
		{"?appid=", false, false, true},
		{"?other=x", true, true, true},
	}
	for _, accept := range []string{acceptText, acceptOpenMetrics} {
		all := parse(t, scrape(t, handler, "/metrics", accept)).values
		for _, test := range tests {
			want := maps.Clone(all)
			maps.DeleteFunc(want, func(series string, _ float64) bool {
				switch {
				case strings.Contains(series, `appid="wxa"`):
					return !test.a
				case strings.Contains(series, `appid="wxb"`):
					return !test.b
				default:
					return !test.theProcess
				}
			})
			text := scrape(t, handler, "/metrics"+test.query, accept)
			if got := parse(t, text).values; !maps.Equal(got, want) {
				t.Errorf("%q: got %d series, want %d", test.query, len(got), len(want))
			}
			if (accept == acceptOpenMetrics) != strings.HasSuffix(text, "\n# EOF\n") {
				t.Errorf("%q, %s: wrong end of the text", test.query, accept)
			}
		}
	}

	for _, query := range []string{"?appid=wxc", "?appid=wxa&appid=wxc", "?appid=wxc&appid="} {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request("/metrics"+query, acceptText))
		if recorder.Code != http.StatusNotFound || !strings.Contains(recorder.Body.String(), `"wxc"`) {
			t.Errorf("%s: %d %s", query, recorder.Code, recorder.Body)
		}
	}
}

// An app that appears is shown, without any data too.
func TestNewApp(t *testing.T) {
	store := &collector.Store{}
	handler := newHandler(t, store, prometheus.NewRegistry())
	empty := scrape(t, handler, "/metrics", acceptText)
	if strings.Contains(empty, "wxapp_users") || !strings.Contains(empty, "wxapp_location_info{") {
		t.Errorf("without apps: %s", empty)
	}
	store = &collector.Store{WithoutLocations: true}
	handler = newHandler(t, store, prometheus.NewRegistry())
	if got := scrape(t, handler, "/metrics", acceptOpenMetrics); got != "# EOF\n" {
		t.Errorf("without anything: %s", got)
	}
	store.Put(&collector.Snapshot{App: collector.App{ID: "wxa", Name: "A"}})
	got := scrape(t, handler, "/metrics", acceptText)
	if !strings.Contains(got, "\nwxapp_app_info{app=\"A\",appid=\"wxa\"} 1\n") || strings.Contains(got, "wxapp_users") {
		t.Errorf("with an app: %s", got)
	}
}

func TestWithoutGzip(t *testing.T) {
	first, _ := twoDays(t)
	handler := newHandler(t, storeOf(first), process())
	for _, accept := range []string{acceptText, acceptOpenMetrics} {
		r := request("/metrics", accept)
		r.Header.Del("Accept-Encoding")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
		if encoding := recorder.Header().Get("Content-Encoding"); encoding != "" {
			t.Errorf("Content-Encoding %s", encoding)
		}
		if length := recorder.Header().Get("Content-Length"); length != strconv.Itoa(recorder.Body.Len()) {
			t.Errorf("Content-Length %s for %d bytes", length, recorder.Body.Len())
		}
		if recorder.Body.String() != scrape(t, handler, "/metrics", accept) {
			t.Error("the text is not the one that comes with gzip")
		}
	}
}

func TestHead(t *testing.T) {
	first, _ := twoDays(t)
	server := httptest.NewServer(newHandler(t, storeOf(first), process()))
	defer server.Close()
	for _, encoding := range []string{"gzip", "identity"} {
		lengths := map[string]int64{}
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", encoding)
			response, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if err != nil || method == http.MethodHead && len(body) > 0 {
				t.Errorf("%s: %d bytes, %v", method, len(body), err)
			}
			lengths[method] = response.ContentLength
		}
		if lengths[http.MethodGet] <= 0 || lengths[http.MethodHead] != lengths[http.MethodGet] {
			t.Errorf("%s: lengths %v", encoding, lengths)
		}
	}
}

// slowClient takes nothing until it is told to go on.
type slowClient struct {
	*httptest.ResponseRecorder
	connected, goOn chan struct{}
	once            sync.Once
}

func (c *slowClient) Write(p []byte) (int, error) {
	c.once.Do(func() { close(c.connected); <-c.goOn })
	return c.ResponseRecorder.Write(p)
}

// A client that reads slowly gets the old snapshot whole, and holds up nobody.
func TestSlowClient(t *testing.T) {
	first, second := twoDays(t)
	store := storeOf(first)
	handler := newHandler(t, store, process())
	before := scrape(t, handler, "/metrics", acceptText)

	slow := &slowClient{ResponseRecorder: httptest.NewRecorder(), connected: make(chan struct{}), goOn: make(chan struct{})}
	var running sync.WaitGroup
	running.Go(func() { handler.ServeHTTP(slow, request("/metrics", acceptText)) })
	<-slow.connected
	for _, snapshot := range second {
		store.Put(snapshot)
	}
	expectSame(t, handler, reference(store, process()))
	close(slow.goOn)
	running.Wait()
	if gunzip(t, slow.Body.Bytes()) != before {
		t.Error("the slow client got another text than that of the time at which it asked")
	}
}

// goneClient hangs up after some bytes.
type goneClient struct {
	*httptest.ResponseRecorder
	left int
}

func (c *goneClient) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, errors.New("connection reset by peer")
	}
	return len(p), nil
}

func TestAbortedScrape(t *testing.T) {
	first, _ := twoDays(t)
	store := storeOf(first)
	handler := newHandler(t, store, process())
	for _, encoding := range []string{"gzip", "identity"} {
		for _, after := range []int{0, 10, 1000, 20_000} {
			r := request("/metrics", acceptText)
			r.Header.Set("Accept-Encoding", encoding)
			handler.ServeHTTP(&goneClient{httptest.NewRecorder(), after}, r)
		}
	}
	expectSame(t, handler, reference(store, process()))
}

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

// What fails among the live metrics costs no other metric.
func TestLiveErrors(t *testing.T) {
	first, _ := twoDays(t)
	process := &gatherer{}
	var got []error
	handler, err := New(storeOf(first), process, func(err error) { got = append(got, err) })
	if err != nil {
		t.Fatal(err)
	}
	process.err = errors.New("collector went away")
	process.families = []*dto.MetricFamily{
		gauge("go_before", isOne()),
		gauge("go_broken", isOne(), &dto.Metric{}),
		gauge("wxapp_up", isOne()), // was not there at the start
		gauge("go_after", isOne()),
	}
	for _, accept := range []string{acceptText, acceptOpenMetrics} {
		got = nil
		text := scrape(t, handler, "/metrics", accept)
		values := parse(t, text).values
		for _, series := range []string{"go_before", "go_after", `wxapp_up{appid="wxa"}`} {
			if values[series] != 1 {
				t.Errorf("%s is missing", series)
			}
		}
		if strings.Contains(text, "broken") {
			t.Error("half a family is shown")
		}
		if len(got) != 1 {
			t.Fatalf("got the errors %v", got)
		}
		for _, part := range []string{"collector went away", "go_broken", "wxapp_up"} {
			if !strings.Contains(got[0].Error(), part) {
				t.Errorf("the error %q says nothing of %s", got[0], part)
			}
		}
	}
	got = nil
	scrape(t, handler, "/metrics?appid=wxa", acceptText)
	if got != nil {
		t.Errorf("a scrape of an app met %v", got)
	}
}

func TestCollidingNames(t *testing.T) {
	for _, name := range []string{"wxapp_users", "wxapp_location_info", "wxapp_poll_failures_total", "wxapp_poll_failures"} {
		process := &gatherer{families: []*dto.MetricFamily{gauge("go_threads", isOne()), gauge(name, isOne())}}
		_, err := New(&collector.Store{}, process, nil)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "go_threads") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Live metrics may be longer than a block that is not compressed.
func TestManyLiveMetrics(t *testing.T) {
	process := &gatherer{}
	for i := range 10_000 {
		process.families = append(process.families, gauge(fmt.Sprintf("go_%d", i), isOne()))
	}
	handler := newHandler(t, &collector.Store{}, process)
	values := parse(t, scrape(t, handler, "/metrics", acceptText)).values
	for i := range 10_000 {
		if values[fmt.Sprintf("go_%d", i)] != 1 {
			t.Fatalf("go_%d is missing among %d series", i, len(values))
		}
	}
}

// discard is a client that takes everything and keeps nothing.
type discard http.Header

func (d discard) Header() http.Header         { return http.Header(d) }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// A scrape of many apps allocates what one of a single app does.
func TestAllocations(t *testing.T) {
	first, _ := twoDays(t)
	allocations := func(apps int) float64 {
		store := &collector.Store{}
		for i := range apps {
			snapshot := *first["wxa"]
			snapshot.App.ID = fmt.Sprintf("wx%016d", i)
			if i%50 > 0 {
				snapshot.Held = nil // which takes less time
			}
			store.Put(&snapshot)
		}
		handler := newHandler(t, store, process())
		return testing.AllocsPerRun(20, func() {
			handler.ServeHTTP(discard{}, request("/metrics", acceptOpenMetrics))
		})
	}
	if one, many := allocations(1), allocations(1000); many-one > 10 {
		t.Errorf("%v allocations with one app, %v with many", one, many)
	}
}
