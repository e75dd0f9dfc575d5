package e2e

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// stopTimeout is WXAPP_STOP_TIMEOUT in these tests: a quarter of it has to do for what is left when the
// uploads are given up, on a busy machine, too. That may take stopFactor times as long as a whole.
const (
	stopTimeout = 8 * time.Second
	stopFactor  = 3
)

// heldUp is a storage that never ends to take an answer. Everything else it does at once.
type heldUp struct {
	storage http.Handler
	waiting atomic.Int64 // answers that it was sent
}

func (h *heldUp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, ".json.gz") {
		h.storage.ServeHTTP(w, r)
		return
	}
	h.waiting.Add(1)
	_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that the client is gone
	<-r.Context().Done()
}

// stopAsked asks an exporter to stop, and returns how it ended.
func stopAsked(t *testing.T, e *exporter) (code int) {
	t.Helper()
	began := time.Now()
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} { // two at once, which timeout(1) sends, are one request
		if err := e.Command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
	}
	code = e.Wait(t)
	took := time.Since(began)
	t.Logf("ended %s after SIGTERM", took.Round(time.Millisecond))
	if took > stopFactor*stopTimeout {
		t.Errorf("took %s to end; WXAPP_STOP_TIMEOUT is %s", took, stopTimeout)
	}
	if strings.Contains(e.Output.String(), "still running after") {
		t.Error("something did not end within WXAPP_STOP_TIMEOUT")
	}
	return code
}

// While uploads take for ever, the exporter ends within WXAPP_STOP_TIMEOUT all the same. Without a
// spool it says what is lost.
func TestStopWhileUploadsHang(t *testing.T) {
	t.Parallel()
	wechat, s := newRecorder(), startS3(t)
	hanging := &heldUp{storage: s.storage}
	s.fail(hanging)
	e := startExporter(t, append(settingsOfBucket(t, wechat, s), "WXAPP_STOP_TIMEOUT="+stopTimeout.String())...)
	shown(t, e)
	e.metricsWith(t, `^wxapp_archive_pending_answers [1-9]`)
	program.Eventually(t, "uploads have begun", func() bool { return hanging.waiting.Load() > 0 })
	code := stopAsked(t, e)
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	_, last, _ := strings.Cut(e.Output.String(), "\nwxapp_exporter: ")
	if !strings.HasPrefix(last, "answers are lost because the archive could not be written: answers: ") ||
		!strings.Contains(last, ", apps: 3, last days of their windows: ") {
		t.Errorf("the last line is %q; it has to say what is lost", last)
	}
	if log := e.Output.String(); strings.Count(log, `level=ERROR msg="answers are lost because the archive could not be written"`) != len(bucketApps) {
		t.Error("not one error for each app says which windows are lost")
	}
	if kept := s.answers(t); len(kept) > 0 {
		t.Errorf("the bucket took %d answers", len(kept))
	}
}

// With a spool nothing is lost: what the bucket has not taken is sent to it at the next start.
func TestStopWhileUploadsHangWithSpool(t *testing.T) {
	t.Parallel()
	wechat, s := newRecorder(), startS3(t)
	hanging := &heldUp{storage: s.storage}
	s.fail(hanging)
	settings := append(settingsOfBucket(t, wechat, s), "WXAPP_STOP_TIMEOUT="+stopTimeout.String(),
		"WXAPP_ARCHIVE_SPOOL="+filepath.Join(t.TempDir(), "spool"))
	before := startExporter(t, settings...)
	shown(t, before)
	program.Eventually(t, "uploads have begun", func() bool { return hanging.waiting.Load() > 0 })
	if code := stopAsked(t, before); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if log := before.Output.String(); strings.Contains(log, "lost") || !strings.Contains(log, "they are sent at the next start") {
		t.Error("the log does not say that answers are in the spool, or says that some are lost")
	}
	_, given := wechat.lost(nil)

	s.fail(nil)
	after := startExporter(t, settings...)
	program.Eventually(t, "the spool is sent", func() bool { return len(s.answers(t)) >= given })
	everythingIsKept(t, after, wechat, s)
	if _, again := wechat.lost(nil); again != given {
		t.Errorf("the next start asked WeChat for %d portraits that were in the spool", again-given)
	}
	keepsSecrets(t, after)
}

// A demo whose terminal closes ends as at Ctrl-C, without its temporary folder.
func TestDemoLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	// Whoever runs the tests may be one who outlives a terminal, and the demo would be, too.
	demo := program.Start(t, "env", []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "TMPDIR=" + folder,
	}, "--default-signal=HUP", program.Built(t, buildExporter), "demo")
	demo.Address(t)
	if found, err := os.ReadDir(folder); err != nil || len(found) == 0 {
		t.Fatalf("no temporary folder: %v, %v", found, err)
	}
	if err := demo.Command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if code := demo.Wait(t); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
