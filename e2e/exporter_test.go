package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// exporter is the running exporter.
type exporter struct {
	*program.Process
	url string
}

// startExporter runs the exporter with settings of the form NAME=value, on a port
// of its own.
func startExporter(t *testing.T, settings ...string) *exporter {
	t.Helper()
	return startBuilt(t, buildExporter, settings...)
}

// startBuilt is startExporter with another build of it.
func startBuilt(t *testing.T, build func() (string, error), settings ...string) *exporter {
	t.Helper()
	e := &exporter{Process: program.Start(t, program.Built(t, build),
		append([]string{"WXAPP_LISTEN_ADDRESS=127.0.0.1:0"}, settings...))}
	e.url = "http://" + e.Address(t)
	return e
}

// metrics returns the text of /metrics.
func (e *exporter) metrics(t *testing.T) string {
	t.Helper()
	status, body := program.Get(t, e.url+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("/metrics answers %d: %s", status, body)
	}
	return body
}

// scrape returns the text of /metrics for a client that waits for it as long as the time-out.
func (e *exporter) scrape(t *testing.T, timeout time.Duration) string {
	t.Helper()
	header := http.Header{"X-Prometheus-Scrape-Timeout-Seconds": {fmt.Sprint(timeout.Seconds())}}
	status, _, body := program.AskWith(t, http.MethodGet, e.url+"/metrics", "", header)
	if status != http.StatusOK {
		t.Fatalf("/metrics answers %d: %s", status, body)
	}
	return body
}

// metricsWith waits until /metrics matches a pattern, and returns its text.
func (e *exporter) metricsWith(t *testing.T, pattern string) (text string) {
	t.Helper()
	wanted := regexp.MustCompile("(?m)" + pattern)
	program.Eventually(t, "/metrics with "+pattern, func() bool {
		text = e.metrics(t)
		return wanted.MatchString(text)
	})
	return text
}

// series returns the sorted lines of one family of an exposition.
func series(exposition, family string) []string {
	lines := slices.Collect(strings.Lines(exposition))
	lines = slices.DeleteFunc(lines, func(line string) bool {
		return !strings.HasPrefix(line, family+"{") && !strings.HasPrefix(line, family+" ")
	})
	slices.Sort(lines)
	return lines
}

// value returns the value of one series of an exposition.
func value(t *testing.T, exposition, series string) float64 {
	t.Helper()
	for line := range strings.Lines(exposition) {
		if text, ok := strings.CutPrefix(line, series+" "); ok {
			number, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil {
				t.Fatal(err)
			}
			return number
		}
	}
	t.Fatalf("no series %s in\n%s", series, exposition)
	return 0
}
