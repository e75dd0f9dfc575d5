package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// bucketApps are the apps of these tests.
var bucketApps = []string{"wx00000000000000a1", "wx00000000000000a2", "wx00000000000000a3"}

// settingsOfBucket are those of an exporter with some apps and its archive in a bucket.
func settingsOfBucket(t *testing.T, wechat *recorder, s *s3) []string {
	t.Helper()
	api := httptest.NewServer(wechat)
	t.Cleanup(api.Close)
	apps := "apps:\n"
	for _, id := range bucketApps {
		apps += fmt.Sprintf("  - {appid: %s, secret: %s}\n", id, secret)
	}
	return []string{"WXAPP_API_URL=" + api.URL, "WXAPP_APPS_FILE=" + write(t, "apps.yml", apps), "WXAPP_LOG_LEVEL=debug", s.setting(t)}
}

func newRecorder() *recorder { return &recorder{wechat: &wechattest.Server{}} }

// shown waits until every app has been polled with success.
func shown(t *testing.T, e *exporter) {
	t.Helper()
	program.Eventually(t, "every app is polled", func() bool {
		return len(series(e.metrics(t), "wxapp_last_success_timestamp_seconds")) == len(bucketApps)
	})
}

// everythingIsKept waits until every answer that WeChat gave is in the bucket and nothing
// waits any more, and reports how long that took.
func everythingIsKept(t *testing.T, e *exporter, wechat *recorder, s *s3) {
	t.Helper()
	began := time.Now()
	e.metricsWith(t, `^wxapp_archive_pending_answers 0$`)
	lost, given := wechat.lost(s.answers(t))
	if lost > 0 || given < 2*len(bucketApps) {
		t.Errorf("%d of %d answers are not in the bucket", lost, given)
	}
	t.Logf("%d answers are in the bucket after %s", given, time.Since(began).Round(time.Millisecond))
}

// keepsSecrets holds that nothing that the exporter shows has a key of the bucket in it.
func keepsSecrets(t *testing.T, e *exporter) {
	t.Helper()
	metrics := e.metrics(t)
	_, page := program.Get(t, e.url+"/")
	for place, text := range map[string]string{"output": e.Output.String(), "/metrics": metrics, "/": page} {
		for _, hidden := range []string{accessKey, secretKey, secret, "Signature"} {
			if strings.Contains(text, hidden) {
				t.Errorf("%s shows %q", place, hidden)
			}
		}
	}
}

// What was fetched is in the bucket, and a restart shows it without WeChat.
func TestBucketOutlivesTheExporter(t *testing.T) {
	t.Parallel()
	wechat, s := newRecorder(), startS3(t)
	settings := settingsOfBucket(t, wechat, s)
	before := startExporter(t, settings...)
	shown(t, before)
	everythingIsKept(t, before, wechat, s)
	fresh := before.metrics(t)
	before.Stop(t)
	if content := s.object(t, "wxapp/archive.json"); string(content) != "{\"version\":2}\n" {
		t.Errorf("archive.json is %q", content)
	}

	_, calls := wechat.lost(nil)
	after := startExporter(t, settings...)
	again := after.metrics(t) // at once: nothing needs to be asked
	for _, family := range []string{"wxapp_users", "wxapp_data_begin_timestamp_seconds", "wxapp_data_end_timestamp_seconds", "wxapp_last_success_timestamp_seconds"} {
		if got, want := series(again, family), series(fresh, family); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: %d series after the restart, %d before, or other values", family, len(got), len(want))
		}
	}
	if _, given := wechat.lost(nil); given != calls {
		t.Errorf("the restart asked WeChat for %d portraits", given-calls)
	}
	keepsSecrets(t, after)
}

// While the archive of one app is read slowly, a scrape of all apps is answered within its own
// time-out, with the others and with the number of those that are missing.
func TestScrapeWhileTheBucketIsSlow(t *testing.T) {
	t.Parallel()
	wechat, s := newRecorder(), startS3(t)
	settings := settingsOfBucket(t, wechat, s)
	before := startExporter(t, settings...)
	shown(t, before)
	everythingIsKept(t, before, wechat, s)
	fresh := series(before.metrics(t), "wxapp_users")
	before.Stop(t)

	hurry, slow := make(chan struct{}), bucketApps[2]
	others := slices.DeleteFunc(slices.Clone(fresh), func(line string) bool { return strings.Contains(line, slow) })
	s.fail(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.String(), slow) {
			select {
			case <-time.After(5 * time.Second): // half of the silence after which an access is given up
			case <-hurry:
			}
		}
		s.storage.ServeHTTP(w, r)
	}))
	after := startExporter(t, settings...)
	program.Eventually(t, "the others are shown", func() bool {
		text := after.scrape(t, 2*time.Second)
		users := series(text, "wxapp_users")
		if restoring := value(t, text, "wxapp_restoring_apps"); restoring < 1 {
			t.Fatalf("%v apps are being restored while one is slow", restoring)
		}
		return slices.Equal(users, others)
	})
	close(hurry)
	if again := series(after.metrics(t), "wxapp_users"); !slices.Equal(again, fresh) { // waits until all is there
		t.Errorf("%d series after the restart, %d before, or other values", len(again), len(fresh))
	}
}

// While the storage is away, the exporter works and its answers wait. When it is back, all
// of them are written.
func TestBucketAwayAndBack(t *testing.T) {
	t.Parallel()
	wechat, s := newRecorder(), startS3(t)
	settings := settingsOfBucket(t, wechat, s)
	s.goAway()
	e := startExporter(t, settings...)
	shown(t, e)
	e.metricsWith(t, `^wxapp_archive_pending_answers [1-9]`)
	e.metricsWith(t, `^wxapp_archive_failures_total [1-9]`)
	e.Tells(t, archiveFails+".*connection refused")
	s.comeBack(t)
	everythingIsKept(t, e, wechat, s)
	e.Tells(t, archiveWorks)
	keepsSecrets(t, e)
	toldOnce(t, e)
}

// What the log says when the archive begins to fail, and when it works again.
const (
	archiveFails = "answers that cannot be written are kept in memory"
	archiveWorks = "the archive works again"
)

// toldOnce stops an exporter whose archive has failed for a while, and holds that its log says so once.
func toldOnce(t *testing.T, e *exporter) {
	t.Helper()
	e.Stop(t)
	for _, text := range []string{archiveFails, archiveWorks} {
		if told := strings.Count(e.Output.String(), text); told != 1 {
			t.Errorf("the log says %d times: %s", told, text)
		}
	}
}

// Answers of the storage that are no success keep nobody from the numbers, and lose nothing.
func TestBucketThatFails(t *testing.T) {
	t.Parallel()
	refuse := func(status int, code string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s %v</Message></Error>", code, r.URL, r.Header)
		})
	}
	for name, test := range map[string]struct {
		fault http.Handler
		told  string
	}{
		"403": {refuse(http.StatusForbidden, "AccessDenied"), "returned 403"},
		"500": {refuse(http.StatusInternalServerError, "InternalError"), "returned 500"},
		"503": {refuse(http.StatusServiceUnavailable, "SlowDown"), "returned 503"},
		"404 of a proxy": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "default backend - 404")
		}), "returned 404"},
		"slow": {http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that the client is gone
			<-r.Context().Done()
		}), "no answer within 10s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wechat, s := newRecorder(), startS3(t)
			settings := settingsOfBucket(t, wechat, s)
			s.fail(test.fault)
			e := startExporter(t, settings...)
			shown(t, e)
			e.metricsWith(t, `^wxapp_archive_pending_answers [1-9]`)
			e.Tells(t, archiveFails+".*"+test.told)
			s.fail(nil)
			everythingIsKept(t, e, wechat, s)
			e.Tells(t, archiveWorks)
			keepsSecrets(t, e)
			toldOnce(t, e)
		})
	}
}

// Two exporters with the same apps and the same bucket do each other no harm.
func TestTwoReplicasOnOneBucket(t *testing.T) {
	t.Parallel()
	wechat, s := newRecorder(), startS3(t)
	settings := settingsOfBucket(t, wechat, s)
	first, second := startExporter(t, settings...), startExporter(t, settings...)
	shown(t, first)
	shown(t, second)
	// One that shows what the other has archived may still ask for the rest, so that only all of it
	// together says that everything is kept.
	program.Eventually(t, "every answer is in the bucket", func() bool {
		pending := 0.0
		for _, e := range []*exporter{first, second} {
			pending += value(t, e.metrics(t), "wxapp_archive_pending_answers")
		}
		lost, given := wechat.lost(s.answers(t))
		return pending == 0 && lost == 0 && given >= 2*len(bucketApps)
	})
	first.Stop(t)
	second.Stop(t)
	for _, id := range bucketApps {
		var state struct {
			Series map[string]any `json:"series"`
		}
		if err := json.Unmarshal(s.object(t, "wxapp/"+id+"/state.json"), &state); err != nil || len(state.Series) < 3 {
			t.Errorf("%s: state with %d series, %v", id, len(state.Series), err)
		}
	}
	_, calls := wechat.lost(nil)
	third := startExporter(t, settings...)
	if got := series(third.metrics(t), "wxapp_last_success_timestamp_seconds"); len(got) != len(bucketApps) {
		t.Errorf("%d apps are restored", len(got))
	}
	if _, given := wechat.lost(nil); given != calls {
		t.Errorf("after the restart, WeChat was asked for %d portraits", given-calls)
	}
}
