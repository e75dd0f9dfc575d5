package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAnswersThatAreNoPortrait(t *testing.T) {
	short := func(*http.Request) (*http.Response, error) {
		a := answer(http.StatusOK, emptyPortrait)
		a.ContentLength++
		return a, nil
	}
	for _, test := range []struct {
		name   string
		wire   wire
		reason Reason
		code   string
		says   string
	}{
		{"not ready", script(`{"errcode":61503,"errmsg":"data not ready"}`), ReasonNotReady, "61503", "data not ready"},
		{"busy", script(`{"errmsg":"system error","errcode":-1}`), ReasonBusy, "-1", "errcode -1: system error"},
		{"unknown errcode", script(`{"errcode":99999,"errmsg":"strange"}`), ReasonBusy, "99999", "errcode 99999: strange"},
		{"HTML", script("<html>\n<b>hello</b>"), ReasonDecode, "decode", `it is "<html>\n<b>hello</b>"`},
		{"long HTML", script("<html>" + strings.Repeat("x", 10_000)), ReasonDecode, "decode", `it begins "<html>xxx`},
		{"too large", script(strings.Repeat(" ", MaxAnswer) + "{}"), ReasonDecode, "decode", "larger than 8 MiB"},
		{"empty", script(""), ReasonDecode, "decode", "not JSON; it is empty"},
		{"shorter than its length", short, ReasonBusy, "network", fmt.Sprintf("cut short after %d bytes", len(emptyPortrait))},
		{"redirect", status(302), ReasonRequest, "http_302", "HTTP 302: redirects are not followed"},
		{"not found", status(404), ReasonRequest, "http_404", `HTTP 404: unexpected HTTP status; it is "no such thing"`},
		{"length required", status(412), ReasonRequest, "http_412", "HTTP 412"},
		{"too many", status(429), ReasonQuota, "http_429", "HTTP 429"},
		{"server error", status(503), ReasonBusy, "http_503", "HTTP 503"},
		{
			"refused connection", func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
			ReasonBusy, "network", "user_portrait: network: connection refused",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var seen calls
			client := &Client{HTTP: test.wire.client(), Observe: seen.observe}
			p, err := client.Ask(t.Context(), statistic(t, "7d"), week(t))
			e, ok := errors.AsType[*Error](err)
			if !ok || p != nil {
				t.Fatalf("got %v, %v", p, err)
			}
			if e.Reason != test.reason || e.Code != test.code || e.Endpoint != EndpointUserPortrait {
				t.Errorf("got reason %s, code %s, endpoint %s", e.Reason, e.Code, e.Endpoint)
			}
			if !strings.Contains(err.Error(), test.says) || len(err.Error()) > 500 {
				t.Errorf("got %q, want it to say %q", err, test.says)
			}
			if e.Remedy() == "" {
				t.Error("no remedy")
			}
			if got, want := seen.String(), "user_portrait "+exchangeCode(test.code); got != want {
				t.Errorf("observed %s, want %s", got, want)
			}
		})
	}
}

func TestBodyCutOnTheWire(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"ref_date":`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	client := &Client{BaseURL: server.URL}
	_, err := client.Ask(t.Context(), statistic(t, "7d"), week(t))
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Reason != ReasonBusy || e.Code != "network" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the call was sent on to %s", r.URL)
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	for _, client := range []*http.Client{nil, {}} {
		_, err := (&Client{BaseURL: server.URL, HTTP: client}).Ask(t.Context(), statistic(t, "7d"), week(t))
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != "http_307" {
			t.Errorf("got %v", err)
		}
	}
}

func TestStoppedCallIsContextCanceled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	// A cause of its own must not hide that the context was canceled.
	ctx, cancel := context.WithCancelCause(t.Context())
	client := &Client{BaseURL: server.URL}
	result := make(chan error)
	go func() {
		_, err := client.Ask(ctx, statistic(t, "7d"), week(t))
		result <- err
	}()
	cancel(errors.New("shutting down"))
	if err := <-result; !errors.Is(err, context.Canceled) || ReasonOf(err) != ReasonBusy {
		t.Errorf("got %v", err)
	}
}

func TestTimeoutAndDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var observed []Exchange
		client := &Client{
			Observe: func(c Exchange) { observed = append(observed, c) },
			HTTP: wire(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}).client(),
		}
		client.HTTP.Timeout = 30 * time.Second
		_, err := client.Ask(t.Context(), statistic(t, "7d"), week(t))
		if !errors.Is(err, context.DeadlineExceeded) || ReasonOf(err) != ReasonBusy {
			t.Errorf("got %v", err)
		}
		if want := (Exchange{EndpointUserPortrait, "network", 30 * time.Second}); len(observed) != 1 || observed[0] != want {
			t.Errorf("observed %v, want %v", observed, want)
		}
	})
}

func TestWrongBaseURL(t *testing.T) {
	for _, baseURL := range []string{"api.weixin.qq.com", "ftp://host", "http://", "https://host/?a=b", "http://[::1", "\x00"} {
		_, err := (&Client{BaseURL: baseURL}).Ask(t.Context(), statistic(t, "7d"), week(t))
		if ReasonOf(err) != ReasonRequest || !strings.Contains(err.Error(), "base URL") {
			t.Errorf("%q: got %v", baseURL, err)
		}
	}
}
