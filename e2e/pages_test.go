package e2e

import (
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// The versions of what opens the pages and of what looks for barriers in them.
const (
	playwright = "playwright-core@1.65.1"
	axeCore    = "axe-core@4.14.1"
)

// The pages work in a real browser: without errors, barriers, scripts and requests to other
// hosts, by keyboard alone, on wide and narrow screens, in both languages and color schemes.
func TestPagesInBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing; on Debian: apt-get install chromium nodejs npm")
	}
	folder := t.TempDir()
	run := func(name string, args ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), name, args...)
		command.Dir = folder
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(command.Args[:2], " "), err, output)
		}
	}
	demo := program.Start(t, program.Built(t, buildExporter), []string{"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "TMPDIR=" + t.TempDir()}, "demo")
	run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, playwright, axeCore)
	demoURL := "http://" + demo.Address(t)
	program.Eventually(t, "the demo shows its past", func() bool {
		_, body := program.Get(t, demoURL+"/app/wxdemo0000000000c1")
		return strings.Contains(body, `<path class="before" d="M`)
	})
	_, body := program.Get(t, demoURL+"/app/wxdemo0000000000c1")
	for _, section := range []string{"Came back", "The week ", "Ads on "} { // at any time of the day
		if !strings.Contains(body, section) {
			t.Errorf("the demo's page has no %q", section)
		}
	}

	api := &wechattest.Server{}
	api.Fail(wechattest.Errcode(40164))
	broken := httptest.NewServer(api)
	defer broken.Close()
	failing := startExporter(t, "WXAPP_API_URL="+broken.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret, "WXAPP_APP_NAME=<b>\u202ename")
	failing.metricsWith(t, `^wxapp_up\{.*\} 0$`)

	script, err := filepath.Abs("testdata/pages.mjs")
	if err != nil {
		t.Fatal(err)
	}
	run("node", script, chromium,
		demoURL+"/", demoURL+"/app/wxdemo0000000000c1", demoURL+"/app/unknown", demoURL+"/nope", demoURL+"/?q=nothing",
		failing.url+"/", failing.url+"/app/"+appid)
}
