package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is a writer that tests read while the program writes.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{}
}

func newOutput() *output { return &output{written: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.written <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// waitFor returns the rest of the first line that contains a text, once it is written.
func (o *output) waitFor(t *testing.T, text string) string {
	t.Helper()
	deadline := time.After(5 * time.Minute)
	for {
		if _, rest, found := strings.Cut(o.String(), text); found {
			line, _, _ := strings.Cut(rest, "\n")
			return line
		}
		select {
		case <-o.written:
		case <-deadline:
			t.Fatalf("%q was never written; written was:\n%s", text, o)
		}
	}
}

func getPage(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// The demo shows three apps without an account, whatever the account settings are.
func TestDemo(t *testing.T) {
	setEnvironment(t, nil)
	t.Setenv("WXAPP_LISTEN_ADDRESS", "127.0.0.1:0")
	t.Setenv("WXAPP_APPID", "not an appid")
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stdout, stderr := newOutput(), newOutput()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"demo"}, stdout, stderr) }()

	metrics := strings.TrimSpace(stdout.waitFor(t, "Metrics"))
	page := strings.TrimSpace(stdout.waitFor(t, "Page"))
	for _, app := range []string{"wxdemo0000000000c1", "wxdemo0000000000c2", "wxdemo0000000000c3"} {
		stderr.waitFor(t, "appid="+app+" windows=")
	}
	status, body := getPage(t, metrics)
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	for _, app := range []string{"wxdemo0000000000c1", "wxdemo0000000000c2", "wxdemo0000000000c3"} {
		if want := `wxapp_users{appid="` + app + `",dimension="province",metric="visit_uv",name="广东省",range="7d"} `; !strings.Contains(body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if want := "wxapp_exporter_build_info{"; !strings.Contains(body, want) {
		t.Errorf("the metrics lack %s", want)
	}
	if empty := regexp.MustCompile(`.*[{,]\w+="".*`).FindString(body); empty != "" {
		t.Errorf("a label is empty: %s", empty)
	}
	if status, body := getPage(t, page); status != http.StatusOK || !strings.Contains(body, "社区图书馆") {
		t.Errorf("page: status %d\n%s", status, body)
	}
	if status, body := getPage(t, page+"-/ready"); status != http.StatusOK {
		t.Errorf("readiness: status %d: %s", status, body)
	}

	stop()
	if err := <-ended; err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}

func TestFormats(t *testing.T) {
	setEnvironment(t, nil)
	t.Setenv("WXAPP_LISTEN_ADDRESS", "127.0.0.1:0")
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	stdout := newOutput()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"demo"}, stdout, io.Discard) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	}()
	url := strings.TrimSpace(stdout.waitFor(t, "Metrics"))

	for accept, want := range map[string]string{
		"": "text/plain; version=0.0.4",
		"application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2":                                                 "application/openmetrics-text; version=1.0.0",
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.9,text/plain;q=0.2": "text/plain; version=0.0.4",
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept", accept)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, want) {
			t.Errorf("accepting %q: %q, want %q", accept, got, want)
		}
	}
}
