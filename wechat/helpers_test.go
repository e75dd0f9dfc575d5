package wechat

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// wire is a RoundTripper that answers without sockets, which would keep the clock
// of a synctest bubble from moving.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

func (w wire) client() *http.Client { return &http.Client{Transport: w} }

func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode:    status,
		Status:        strconv.Itoa(status),
		Header:        http.Header{"Content-Type": {"application/json; encoding=utf-8"}},
		ContentLength: int64(len(body)),
		Body:          io.NopCloser(strings.NewReader(body)),
	}
}

// script answers each request with the next of the bodies, and the last one again.
func script(bodies ...string) wire {
	var mu sync.Mutex
	return func(*http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		body := bodies[0]
		if len(bodies) > 1 {
			bodies = bodies[1:]
		}
		return answer(http.StatusOK, body), nil
	}
}

// status answers every request with an HTTP status.
func status(code int) wire {
	return func(*http.Request) (*http.Response, error) { return answer(code, "no such thing"), nil }
}

// calls collects what Observe is told, without the durations.
type calls struct {
	mu   sync.Mutex
	list []string
}

func (c *calls) observe(call Exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, call.Endpoint+" "+call.Code)
}

func (c *calls) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.list, ", ")
}

func sample(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func mustDay(t testing.TB, s string) Day {
	t.Helper()
	day, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

func week(t testing.TB) Window {
	t.Helper()
	return Window{End: mustDay(t, "20170617"), Range: Range7Days}
}

// statistic returns the statistic of a series, such as 7d or daily_summary.
func statistic(t testing.TB, series string) Statistic {
	t.Helper()
	s, ok := StatisticOf(series)
	if !ok {
		t.Fatalf("no statistic %s", series)
	}
	return s
}

// decode decodes an answer about the window of a series that ends on a day.
func decode(t testing.TB, series, end, answer string) (*Answer, error) {
	t.Helper()
	s := statistic(t, series)
	return s.Decode([]byte(answer), s.Window(mustDay(t, end)))
}

func knownSecret(secret Secret) func() (Secret, error) {
	return func() (Secret, error) { return secret, nil }
}

const emptyPortrait = `{"ref_date":"20170617","visit_uv_new":{},"visit_uv":{}}`

// quietTLSServer has a certificate that nobody knows and does not log that callers
// refuse it.
func quietTLSServer() *httptest.Server {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	return server
}
