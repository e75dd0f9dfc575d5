package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// A thousand apps come and go under a running Prometheus, which misses no sample of the
// others.
func TestAppsComeAndGoUnderPrometheus(t *testing.T) {
	const steady, thousand = 10, 1000
	simulated := &wechattest.Server{Apps: map[string]wechattest.App{}}
	ids := make([]string, steady+thousand)
	for i := range ids {
		ids[i] = fmt.Sprintf("wx%016x", i)
		simulated.Apps[ids[i]] = wechattest.App{Users: 500}
	}
	api := httptest.NewServer(simulated)
	defer api.Close()
	list := func(ids []string) string {
		var text strings.Builder
		text.WriteString("apps:\n")
		for _, id := range ids {
			fmt.Fprintf(&text, "- {appid: %s, secret: %s}\n", id, secret)
		}
		return text.String()
	}
	apps := write(t, "apps.yml", list(ids[:steady]))
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPS_FILE="+apps, "WXAPP_ARCHIVE=",
		"WXAPP_DIMENSIONS=gender", "WXAPP_RANGES=1d")
	// The whole life of these series is looked at, so they are there before it begins.
	var users []string
	program.Eventually(t, "the first polls of the steady apps have ended", func() bool {
		metrics := exporter.metrics(t)
		users = series(metrics, "wxapp_users")
		return len(series(metrics, "wxapp_up")) == steady
	})
	if len(users) < 4*steady {
		t.Fatalf("there are %d series", len(users))
	}
	prometheus := startPrometheus(t, at(exporter))
	prometheus.when(t, `count by (appid) (wxapp_users)`, steady)

	reload := func(ids []string) {
		t.Helper()
		if err := os.WriteFile(apps, []byte(list(ids)), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, body := program.Ask(t, http.MethodPost, exporter.url+"/-/reload", ""); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	reload(ids)
	for n := steady; n <= len(ids); n += 200 {
		program.Eventually(t, fmt.Sprintf("%d apps in Prometheus", n), func() bool {
			found := prometheus.query(t, `count(count by (appid) (wxapp_users))`, time.Now())
			return len(found) == 1 && found[0].Value >= float64(n)
		})
	}
	reload(ids[:steady])
	now := prometheus.when(t, `count by (appid) (wxapp_users)`, steady)

	const since = "[1h]"
	scrapes := prometheus.number(t, `count_over_time(up`+since+`)`, now)
	if answered := prometheus.number(t, `sum_over_time(up`+since+`)`, now); answered != scrapes || scrapes < 3 {
		t.Errorf("%v of %v scrapes were answered", answered, scrapes)
	}
	samples := prometheus.query(t, `count_over_time(wxapp_users`+since+`) and on (appid) wxapp_app_info`, now)
	if len(samples) != len(users) {
		t.Errorf("Prometheus has %d series of the steady apps, want %d", len(samples), len(users))
	}
	for _, s := range samples {
		if s.Value != scrapes {
			t.Errorf("%v has %v samples in %v scrapes", s.Labels, s.Value, scrapes)
		}
	}
}

// SIGHUP never ends the exporter, not even while it stops.
func TestHangupsDoNotEndTheExporter(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret)
	for range 100 {
		if err := exporter.Command.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	exporter.Tells(t, "trigger=SIGHUP")
	if err := exporter.Command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for ended := false; !ended; {
		select {
		case <-exporter.Ended:
			ended = true
		default:
			_ = exporter.Command.Process.Signal(syscall.SIGHUP)
		}
	}
	if code := exporter.Wait(t); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// systemd listens, and passes its sockets to the exporter.
func TestSystemdSocketActivation(t *testing.T) {
	var files []*os.File
	var urls []string
	for range 2 {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		file, err := listener.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		urls = append(urls, "http://"+listener.Addr().String())
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// systemd sets the process ID, which is known to the process only.
	command := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0"`, program.Built(t, buildExporter)) //nolint:noctx // stopped by a signal
	command.Dir = t.TempDir()
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "GORACE=atexit_sleep_ms=0", program.Patient, "LISTEN_FDS=2",
		"WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret, "WXAPP_API_URL=http://127.0.0.1:1", "WXAPP_LISTEN_ADDRESS=192.0.2.1:1", // which nobody has
	}
	command.ExtraFiles = files
	activated := program.Launch(t, "wxapp_exporter", command)
	for i, url := range urls {
		if err := files[i].Close(); err != nil {
			t.Fatal(err)
		}
		if status, _ := program.Get(t, url+"/-/healthy"); status != http.StatusOK {
			t.Errorf("%s answers %d", url, status)
		}
	}
	activated.Stop(t)
}
