package exposition

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// What Prometheus 3.16 sends.
const (
	acceptOpenMetrics = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
		"application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4," +
		"text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
	acceptText = "text/plain;version=0.0.4"
)

// newHandler returns a Handler whose log has to stay empty.
func newHandler(t testing.TB, store *collector.Store, self prometheus.Gatherer) *Handler {
	t.Helper()
	handler, err := New(store, self, Options{Log: failing(t)})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func request(target, accept string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Encoding", "gzip")
	return r
}

// scrape returns the text that a handler answers. It has to be a correct gzip file of one
// member.
func scrape(t testing.TB, handler http.Handler, target, accept string) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request(target, accept))
	if recorder.Code != http.StatusOK || recorder.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("%s: %d, %v", target, recorder.Code, recorder.Header())
	}
	if length := recorder.Header().Get("Content-Length"); length != "" && length != strconv.Itoa(recorder.Body.Len()) {
		t.Errorf("%s: Content-Length %s for %d bytes", target, length, recorder.Body.Len())
	}
	return gunzip(t, recorder.Body.Bytes())
}

func gunzip(t testing.TB, file []byte) string {
	t.Helper()
	rest := bytes.NewReader(file)
	reader, err := gzip.NewReader(rest)
	if err != nil {
		t.Fatal(err)
	}
	reader.Multistream(false)
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	if rest.Len() != 0 {
		t.Fatalf("%d bytes after the end of the first member", rest.Len())
	}
	return string(text)
}

// exposition is the parsed text of a scrape.
type exposition struct {
	comments map[string]string  // by keyword and family, as in "TYPE go_threads"
	values   map[string]float64 // by name and labels
}

// parse parses the text format or OpenMetrics, as far as they are used here. All lines of
// a family have to stand in a row, and no series may come twice.
func parse(t testing.TB, text string) exposition {
	t.Helper()
	e := exposition{map[string]string{}, map[string]float64{}}
	closed := map[string]bool{}
	current := ""
	for line := range strings.Lines(text) {
		line, terminated := strings.CutSuffix(line, "\n")
		if !terminated {
			t.Fatalf("line without a newline: %q", line)
		}
		if line == "# EOF" {
			break
		}
		if comment, ok := strings.CutPrefix(line, "# "); ok {
			keyword, rest, _ := strings.Cut(comment, " ")
			name, content, _ := strings.Cut(rest, " ")
			if name != current {
				closed[current] = true
				current = name
			}
			if closed[name] || e.comments[keyword+" "+name] != "" {
				t.Fatalf("the lines of %s do not stand in a row: %s", name, line)
			}
			e.comments[keyword+" "+name] = content
			continue
		}
		series, number := parseSample(t, line)
		if !strings.HasPrefix(series, current) {
			t.Fatalf("%s stands among the samples of %s", line, current)
		}
		if _, twice := e.values[series]; twice {
			t.Fatalf("%s comes twice", series)
		}
		e.values[series] = number
	}
	return e
}

// parseSample returns the series of a line, its labels unescaped, and the value.
func parseSample(t testing.TB, line string) (series string, number float64) {
	t.Helper()
	var b strings.Builder
	quoted := false
	i := 0
	for ; i < len(line) && (quoted || line[i] != ' '); i++ {
		switch {
		case quoted && line[i] == '\\':
			i++
			b.WriteString(map[byte]string{'\\': `\`, '"': `"`, 'n': "\n"}[line[i]])
			continue
		case line[i] == '"':
			quoted = !quoted
		}
		b.WriteByte(line[i])
	}
	number, err := strconv.ParseFloat(strings.TrimPrefix(line[i:], " "), 64)
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return b.String(), number
}
