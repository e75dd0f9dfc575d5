package e2e

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

const (
	healthyApp = "wx00000000000000b1"
	brokenApp  = "wx00000000000000b2"
)

// fault is something that goes wrong between the exporter and WeChat.
type fault struct {
	name string
	// app answers one app; nil when the fault hits all of them.
	app func(*front) http.Handler
	// start and end begin and end a fault that hits all apps.
	start, end func(*testing.T, *front)
	// told is what the log says; empty when nothing fails.
	told string
	// lasting says that the exporter asks again after an hour only. TestFailures of the
	// poller holds that it recovers then.
	lasting bool
}

// networkFaults are the faults of docs/reliability.md that TestNetworkFaults holds.
func networkFaults() []fault {
	return []fault{
		{name: "no answer", app: func(*front) http.Handler {
			return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		}, told: "(Client.Timeout|deadline exceeded)"},
		{name: "slow answer", app: trickle, told: "(Client.Timeout|deadline exceeded)"},
		{name: "half an answer", app: func(f *front) http.Handler { return mangled(f, cutInHalf) }, told: "cut short after"},
		{name: "connection cut", app: func(*front) http.Handler {
			return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		}, told: "EOF"},
		{name: "garbage", app: func(*front) http.Handler { return fixed(http.StatusOK, "\x1f\x8b\x08\x00\xff\xfe\x00\x81\xc3\x28") }, told: "reason=decode"},
		{name: "page in place of JSON", app: func(*front) http.Handler { return fixed(http.StatusOK, "<html>login</html>") }, told: "reason=decode"},
		{name: "HTTP 502", app: func(*front) http.Handler { return fixed(http.StatusBadGateway, "<h1>Bad Gateway</h1>") }, told: "HTTP 502"},
		{name: "redirect to the same host", app: func(*front) http.Handler { return redirecting("") }, told: "redirects are not followed", lasting: true},
		{name: "redirect to another host", app: func(f *front) http.Handler { return redirecting(f.other.URL) }, told: "redirects are not followed", lasting: true},
		{name: "token revoked in mid-poll", app: revoking},
		{
			name: "certificate of an unknown authority", told: "signed by unknown authority",
			start: func(t *testing.T, f *front) {
				f.present(t, newAuthority(t).issue(t, net.IPv4(127, 0, 0, 1), time.Now().Add(time.Hour)))
			},
			end: presentTrusted,
		},
		{
			name: "certificate for another name", told: "certificate is valid for 127.0.0.9, not 127.0.0.1",
			start: func(t *testing.T, f *front) {
				f.present(t, f.trusted.issue(t, net.IPv4(127, 0, 0, 9), time.Now().Add(time.Hour)))
			},
			end: presentTrusted,
		},
		{
			name: "expired certificate", told: "certificate has expired",
			start: func(t *testing.T, f *front) {
				f.present(t, f.trusted.issue(t, net.IPv4(127, 0, 0, 1), time.Now().Add(-time.Hour)))
			},
			end: presentTrusted,
		},
		{
			name: "nobody listens", told: "connection refused",
			start: func(_ *testing.T, f *front) { f.close() },
			end:   func(t *testing.T, f *front) { f.listen(t) },
		},
	}
}

func presentTrusted(t *testing.T, f *front) {
	f.present(t, f.trusted.issue(t, net.IPv4(127, 0, 0, 1), time.Now().Add(time.Hour)))
}

func fixed(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// mangled answers with what is left of WeChat's own answer.
func mangled(f *front, mangle func(http.ResponseWriter, *http.Request, string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		f.wechat.ServeHTTP(answer, r)
		mangle(w, r, answer.Body.String())
	})
}

func cutInHalf(w http.ResponseWriter, _ *http.Request, body string) {
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = io.WriteString(w, body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// trickle sends an answer a byte at a time, for longer than the exporter waits.
func trickle(f *front) http.Handler {
	return mangled(f, func(w http.ResponseWriter, r *http.Request, body string) {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		for i := range body[:len(body)-1] {
			_, _ = io.WriteString(w, body[i:i+1])
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(100 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
		<-r.Context().Done()
	})
}

// redirecting sends callers to a path of a host; the empty host is the same one.
func redirecting(host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, host+"/elsewhere?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
	})
}

// revoking revokes the app's token once, after the first answer with rows.
func revoking(f *front) http.Handler {
	var revoked atomic.Bool
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := f.answer(w, r); hasRows(string(answer)) && revoked.CompareAndSwap(false, true) {
			f.wechat.RevokeTokens(brokenApp)
		}
	})
}

// TestNetworkFaults breaks the way to WeChat while new numbers are published. The exporter
// shows all that it held at every scrape, apps that are not hit get the new numbers
// meanwhile, and the others get them when the fault is over, without a restart. Every answer
// that arrived is in the archive, and nobody learns a secret.
func TestNetworkFaults(t *testing.T) {
	for _, fault := range networkFaults() {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			runFault(t, fault)
		})
	}
}

func runFault(t *testing.T, fault fault) {
	front := startFront(t)
	archive := filepath.Join(t.TempDir(), "archive")
	e := startExporter(t, "WXAPP_API_URL=https://"+front.address, "SSL_CERT_FILE="+front.trusted.file(t),
		"WXAPP_APPS_FILE="+write(t, "apps.yml", fmt.Sprintf("apps: [{appid: %s, secret: %s}, {appid: %s, secret: %[2]s}]", healthyApp, secret, brokenApp)),
		"WXAPP_ARCHIVE="+archive, "WXAPP_LOG_LEVEL=debug",
		"WXAPP_PUBLISH_HOUR=0", "WXAPP_POLL_INTERVAL=1s", "WXAPP_REQUEST_TIMEOUT=10s")
	hit := []string{brokenApp}
	if fault.app == nil {
		hit = append(hit, healthyApp)
	}

	var shown strings.Builder
	scrape := func() string {
		metrics := e.metrics(t)
		_, page := program.Get(t, e.url+"/")
		_, ready := program.Get(t, e.url+"/-/ready")
		for _, text := range []string{metrics, page, ready} {
			shown.WriteString(text)
		}
		return metrics
	}
	var before string
	program.Eventually(t, "all apps have numbers", func() bool {
		before = scrape()
		return whole(before, healthyApp) && whole(before, brokenApp)
	})
	// until waits for a condition. Meanwhile every scrape has all apps whole.
	until := func(condition string, holds func(metrics string) bool) {
		t.Helper()
		program.Eventually(t, condition, func() bool {
			metrics := scrape()
			for _, app := range []string{healthyApp, brokenApp} {
				if !whole(metrics, app) {
					t.Fatalf("a scrape lacks numbers of %s", app)
				}
			}
			return holds(metrics)
		})
	}
	newer := func(metrics string, apps ...string) bool {
		for _, app := range apps {
			if !(newestDay(t, metrics, app) > newestDay(t, before, app)) {
				return false
			}
		}
		return true
	}

	if fault.app != nil {
		front.fail(brokenApp, fault.app(front))
	} else {
		fault.start(t, front)
	}
	front.publish()
	if fault.told != "" {
		for _, app := range hit {
			failed := regexp.MustCompile(`(?m)^wxapp_poll_failures_total\{appid="` + app + `",.*\} [1-9]`)
			until("a poll of "+app+" fails", failed.MatchString)
		}
		told := regexp.MustCompile(`msg="poll failed".*` + fault.told)
		until("the log tells of "+fault.told, func(string) bool { return told.MatchString(e.Output.String()) })
	}
	if fault.app != nil {
		until("new numbers of the healthy app", func(metrics string) bool { return newer(metrics, healthyApp) })
		if fault.told == "" {
			until("new numbers in spite of the fault", func(metrics string) bool { return newer(metrics, brokenApp) })
		}
		front.fail("", nil)
	} else {
		fault.end(t, front)
	}
	if !fault.lasting {
		until("new numbers of all apps", func(metrics string) bool { return newer(metrics, healthyApp, brokenApp) })
	}
	e.Stop(t)

	if front.asked("/elsewhere") > 0 {
		t.Error("a redirect was followed")
	}
	answers, raw := archived(t, archive)
	if lost, given := front.recorder.lost(answers); lost > 0 || given < 9 && !fault.lasting {
		t.Errorf("%d of %d answers are not in the archive", lost, given)
	}
	for place, text := range map[string]string{"the log": e.Output.String(), "a page": shown.String(), "the archive": raw} {
		for _, hidden := range front.secrets() {
			if strings.Contains(text, hidden) {
				t.Errorf("%s shows %.20s…", place, hidden)
			}
		}
	}
}

// whole reports whether a scrape has numbers of an app in all ranges, dimensions and metrics.
func whole(metrics, app string) bool {
	lists := map[string]bool{}
	for _, line := range series(metrics, "wxapp_users") {
		if strings.Contains(line, app) {
			lists[withoutName.ReplaceAllString(line, "")] = true
		}
	}
	return len(lists) == 3*6*2
}

// withoutName matches what differs between the rows of a list.
var withoutName = regexp.MustCompile(`name="[^"]*",|} .*\n`)

// newestDay returns the end of the newest window that is shown of an app.
func newestDay(t *testing.T, metrics, app string) float64 {
	t.Helper()
	return value(t, metrics, fmt.Sprintf(`wxapp_data_end_timestamp_seconds{appid=%q,range="1d"}`, app))
}

// archived returns the answers in a folder, unpacked, and all that its files hold.
func archived(t *testing.T, folder string) (answers map[string]string, raw string) {
	t.Helper()
	answers = map[string]string{}
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		all.WriteString(path)
		if filepath.Ext(path) != ".gz" {
			all.Write(content)
			return nil
		}
		reader, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(reader)
		answers[path] = string(answer)
		all.WriteString(reader.Comment + string(answer))
		return errors.Join(err, reader.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
	return answers, all.String()
}
