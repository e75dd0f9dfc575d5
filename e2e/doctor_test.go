package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// diagnosis is what doctor --json writes.
type diagnosis struct {
	Verdict  string
	ExitCode int `json:"exit_code"`
	Steps    []struct {
		Step, App, Status, Cause, Remedy string
		Seconds                          float64
	}
	code   int
	took   time.Duration
	output string
}

// status returns the status of a step, and the texts of the first one of that name.
func (d diagnosis) step(name string) (status, text string) {
	for _, s := range d.Steps {
		if s.Step == name {
			return s.Status, s.Cause + " " + s.Remedy
		}
	}
	return "", ""
}

// doctor runs doctor --json beside whatever runs, with settings of the form NAME=value.
func doctor(t *testing.T, settings ...string) diagnosis {
	t.Helper()
	command := exec.Command(program.Built(t, buildExporter), "doctor", "--json") //nolint:noctx // it ends by itself
	command.Dir = t.TempDir()
	command.Env = append([]string{"GORACE=atexit_sleep_ms=0", "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret}, settings...)
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	begin := time.Now()
	_ = command.Run() // the exit code is compared
	d := diagnosis{took: time.Since(begin), code: command.ProcessState.ExitCode(), output: stdout.String()}
	decoder := json.NewDecoder(strings.NewReader(d.output))
	if err := decoder.Decode(&d); err != nil || decoder.More() {
		t.Fatalf("not one document: %v\n%s\n%s", err, d.output, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("on standard error: %s", stderr.String())
	}
	if d.code != d.ExitCode {
		t.Errorf("exit code %d, the document says %d", d.code, d.ExitCode)
	}
	for _, private := range []string{appid, secret, "access_token=", "0penSesame"} {
		if strings.Contains(d.output, private) {
			t.Errorf("the output shows %s:\n%s", private, d.output)
		}
	}
	t.Logf("doctor took %s, exit code %d", d.took, d.code)
	return d
}

// TestDoctorBesideExporter holds that doctor takes nothing from an exporter that serves:
// not its token, and nothing from its archive.
func TestDoctorBesideExporter(t *testing.T) {
	wechat := &wechattest.Server{}
	api := httptest.NewServer(wechat)
	defer api.Close()
	kept := t.TempDir()
	settings := []string{"WXAPP_API_URL=" + api.URL, "WXAPP_ARCHIVE=" + kept}
	exporter := startExporter(t, append(settings, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret)...)
	exporter.metricsWith(t, `^wxapp_users\{.*range="1d"`)
	held := token(t, api.URL, appid)
	files := func() (names []string) {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(kept, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	var before []string
	program.Eventually(t, "the archive has a version, a heartbeat and an app", func() bool {
		before = files()
		return len(before) == 3 && !strings.HasPrefix(filepath.Base(before[0]), ".") // which is being written
	})

	d := doctor(t, settings...)
	if d.Verdict != "ok" || d.code != 0 {
		t.Errorf("%s", d.output)
	}
	if token(t, api.URL, appid) != held {
		t.Error("the exporter's token was replaced")
	}
	if after := files(); !slices.Equal(after, before) {
		t.Errorf("the archive had %q, now %q", before, after)
	}
	if got := series(exporter.metrics(t), "wxapp_up"); len(got) != 1 || !strings.HasSuffix(strings.TrimSpace(got[0]), " 1") {
		t.Errorf("%q", got)
	}
}

// TestDoctorThroughProxy holds that doctor goes through the proxy of the environment, as
// polls do, and finds what answers in WeChat's place.
func TestDoctorThroughProxy(t *testing.T) {
	wechat := &wechattest.Server{}
	for name, test := range map[string]struct {
		proxy  http.Handler
		status string
		code   int
	}{
		"that works":        {wechat, "ok", 0},
		"with a login page": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>log in")) }), "failure", 14},
		"with a password":   {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }), "failure", 14},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := httptest.NewServer(test.proxy)
			defer proxy.Close()
			d := doctor(t, "WXAPP_API_URL=http://api.weixin.invalid", "WXAPP_ALLOW_HTTP=true", "WXAPP_ARCHIVE=data",
				"HTTP_PROXY="+strings.Replace(proxy.URL, "://", "://alice:0penSesame@", 1))
			if status, text := d.step("proxy"); status != test.status || !strings.Contains(text, "the proxy 127.0.0.1:") || d.code != test.code {
				t.Errorf("%s", d.output)
			}
		})
	}
	t.Run("that is no address", func(t *testing.T) {
		d := doctor(t, "WXAPP_API_URL=http://api.weixin.invalid", "WXAPP_ALLOW_HTTP=true", "HTTP_PROXY=http://alice:0penSesame@:bad:port")
		if status, text := d.step("proxy"); status != "failure" || !strings.Contains(text, "HTTP_PROXY") || d.code != 14 {
			t.Errorf("%s", d.output)
		}
	})
}

// TestDoctorInChinese holds that causes and remedies follow the language of the terminal.
func TestDoctorInChinese(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{Apps: map[string]wechattest.App{appid: {Secret: "another"}}})
	defer api.Close()
	d := doctor(t, "WXAPP_API_URL="+api.URL, "LANG=zh_CN.UTF-8")
	if status, text := d.step("token"); status != "failure" || !strings.Contains(text, "更正 AppSecret") || d.code != 16 {
		t.Errorf("%s", d.output)
	}
}
