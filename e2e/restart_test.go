package e2e

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// WeChat keeps two days: what was fetched must outlive the exporter.
func TestRestartWithoutWeChat(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	settings := []string{
		"WXAPP_API_URL=" + api.URL, "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret,
		"WXAPP_ARCHIVE=" + filepath.Join(t.TempDir(), "archive"),
	}
	restored := []string{
		"wxapp_users", "wxapp_data_begin_timestamp_seconds", "wxapp_data_end_timestamp_seconds",
		"wxapp_last_success_timestamp_seconds",
	}

	before := startExporter(t, settings...)
	fresh := before.metricsWith(t, `^wxapp_last_success_timestamp_seconds`)
	before.Stop(t)
	api.Close()

	after := startExporter(t, settings...)
	again := after.metrics(t) // at once: nothing needs to be asked
	for _, family := range restored {
		got, want := series(again, family), series(fresh, family)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s after the restart:\n%s\nwant\n%s", family, strings.Join(got, ""), strings.Join(want, ""))
		}
	}
	if status, body := program.Get(t, after.url+"/-/ready"); status != http.StatusOK {
		t.Errorf("/-/ready answers %d: %s", status, body)
	}
}

func TestArchiveThatCannotBeWritten(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	noFolder := write(t, "file", "") // root may write into any folder, but not below a file
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret,
		"WXAPP_ARCHIVE="+filepath.Join(noFolder, "archive"))

	exporter.metricsWith(t, `^wxapp_users`)
	exporter.metricsWith(t, `^wxapp_archive_failures_total [1-9]`)
	exporter.Tells(t, "level=(WARN|ERROR) .*"+regexp.QuoteMeta(noFolder))

	// What could not be archived is lost at the stop, and that is not kept quiet.
	if err := exporter.Command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := exporter.Wait(t); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if output := exporter.Output.String(); !strings.Contains(output, "answers are lost") || !strings.Contains(output, "level=ERROR") {
		t.Error("no error says that answers are lost")
	}
}

// A WeChat that never answers delays neither what the exporter serves nor its end. The
// requests have more time than the test is willing to wait.
func TestStopWhileWeChatHangs(t *testing.T) {
	wechat := new(wechattest.Server)
	wechat.Fail(wechattest.Hang())
	api := httptest.NewServer(wechat)
	defer api.Close()
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret,
		"WXAPP_REQUEST_TIMEOUT=1h")

	program.Eventually(t, "a request to WeChat", func() bool { return wechat.InFlight() > 0 })
	if status, _ := program.Get(t, exporter.url+"/-/healthy"); status != http.StatusOK {
		t.Errorf("/-/healthy answers %d", status)
	}
	if status, _ := program.Get(t, exporter.url+"/-/ready"); status != http.StatusServiceUnavailable {
		t.Errorf("/-/ready answers %d, want 503", status)
	}
	exporter.metrics(t)
	exporter.Stop(t)
}
