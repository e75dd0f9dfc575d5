package exposition

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"weak"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// samplesOf returns the samples of a snapshot by series.
func samplesOf(snapshot *collector.Snapshot) map[string]float64 {
	values := map[string]float64{}
	snapshot.Each(func(s collector.Sample) {
		pairs := make([]string, len(s.Labels))
		for i, label := range s.Labels {
			pairs[i] = s.Metric.Labels[i] + `="` + label + `"`
		}
		values[s.Metric.Name+"{"+strings.Join(pairs, ",")+"}"] = s.Value
	})
	return values
}

// While apps change, every scrape is whole and shows one snapshot of each app.
func TestRefreshesAndScrapesAtOnce(t *testing.T) {
	first, second := twoDays(t)
	store := storeOf(first)
	handler := newHandler(t, store, selfMetrics())

	var running sync.WaitGroup
	for appid := range first {
		running.Go(func() {
			for range 10 {
				store.Put(second[appid])
				store.Put(first[appid])
			}
		})
	}
	for range 2 {
		running.Go(func() {
			for range 5 {
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
	expectSame(t, handler, reference(store, selfMetrics()))
}

// An app that appears is shown even if it has no data yet.
func TestNewApp(t *testing.T) {
	store := &collector.Store{}
	handler := newHandler(t, store, prometheus.NewRegistry())
	empty := scrape(t, handler, "/metrics", acceptText)
	if strings.Contains(empty, "wxapp_users") || !strings.Contains(empty, "wxapp_location_info{") {
		t.Errorf("without apps: %s", empty)
	}
	handler, err := New(store, prometheus.NewRegistry(), Options{WithoutLocations: true})
	if err != nil {
		t.Fatal(err)
	}
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
	handler := newHandler(t, storeOf(first), selfMetrics())
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
	server := httptest.NewServer(newHandler(t, storeOf(first), selfMetrics()))
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

// slowClient reads nothing until it is told to go on.
type slowClient struct {
	*httptest.ResponseRecorder
	connected, goOn chan struct{}
	once            sync.Once
}

func (c *slowClient) Write(p []byte) (int, error) {
	c.once.Do(func() { close(c.connected); <-c.goOn })
	return c.ResponseRecorder.Write(p)
}

// A client that reads slowly gets the whole of the old snapshot, and delays nobody.
func TestSlowClient(t *testing.T) {
	first, second := twoDays(t)
	store := storeOf(first)
	handler := newHandler(t, store, selfMetrics())
	before := scrape(t, handler, "/metrics", acceptText)

	slow := &slowClient{ResponseRecorder: httptest.NewRecorder(), connected: make(chan struct{}), goOn: make(chan struct{})}
	var running sync.WaitGroup
	running.Go(func() { handler.ServeHTTP(slow, request("/metrics", acceptText)) })
	<-slow.connected
	for _, snapshot := range second {
		store.Put(snapshot)
	}
	expectSame(t, handler, reference(store, selfMetrics()))
	close(slow.goOn)
	running.Wait()
	if gunzip(t, slow.Body.Bytes()) != before {
		t.Error("the slow client did not get the text of the time when it asked")
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
	handler := newHandler(t, store, selfMetrics())
	for _, encoding := range []string{"gzip", "identity"} {
		for _, after := range []int{0, 10, 1000, 20_000} {
			r := request("/metrics", acceptText)
			r.Header.Set("Accept-Encoding", encoding)
			handler.ServeHTTP(&goneClient{httptest.NewRecorder(), after}, r)
		}
	}
	expectSame(t, handler, reference(store, selfMetrics()))
}

// A scrape that has ended is not kept in memory by the buffers that it used.
func TestFinishedScrapeIsReleased(t *testing.T) {
	handler := newHandler(t, &collector.Store{}, selfMetrics())
	finished := func() weak.Pointer[httptest.ResponseRecorder] {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request("/metrics", acceptText))
		return weak.Make(recorder)
	}
	client := finished()
	runtime.GC() // only once: the second one would empty the pool
	if client.Value() != nil {
		t.Error("the response of a finished scrape is still in memory")
	}
	runtime.KeepAlive(handler)
}
