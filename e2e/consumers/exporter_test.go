package consumers

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// interval is how often consumers scrape and the exporter pushes.
const interval = 2 * time.Second

// exporter is a running exporter of three apps, with all datasets.
type exporter struct {
	*program.Process
	url string
}

// address returns host:port.
func (e *exporter) address() string { return strings.TrimPrefix(e.url, "http://") }

// apps have names that are hard to write in more than one format.
const apps = `apps:
  - {appid: wx0123456789abcde1, name: 鲜果到家, secret: 5ec2e70123456789abcdef0123456789}
  - {appid: wx0123456789abcde2, name: 'a "quoted" \ name', secret: 5ec2e70123456789abcdef0123456789}
  - {appid: wx0123456789abcde3, name: " spaces, {braces} = %25 ", secret: 5ec2e70123456789abcdef0123456789}
`

// startExporter runs the exporter, and waits until it shows all datasets of all apps.
func startExporter(t *testing.T, settings ...string) *exporter {
	t.Helper()
	return startExporterOf(t, apps, settings...)
}

// startExporterOf does that with other apps.
func startExporterOf(t *testing.T, apps string, settings ...string) *exporter {
	t.Helper()
	number := strings.Count(apps, "appid:")
	// A day is published and asked for when it ends, so that the hour of the test does not matter.
	api := httptest.NewServer(&wechattest.Server{Published: func(_ string, day time.Time) time.Time { return day.AddDate(0, 0, 1) }})
	t.Cleanup(api.Close)
	e := &exporter{Process: program.Start(t, program.Built(t, buildExporter), append([]string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_API_URL=" + api.URL, "WXAPP_APPS_FILE=" + write(t, "apps.yml", apps),
		"WXAPP_DATASETS=all",
		"WXAPP_PUBLISH_HOUR=0", "WXAPP_POLL_INTERVAL=1m",
		fmt.Sprintf("OTEL_METRIC_EXPORT_INTERVAL=%d", interval.Milliseconds()),
	}, settings...))}
	e.url = "http://" + e.Address(t)
	all := regexp.MustCompile(`(?m)^wxapp_dataset_up\{.*\} 1$`)
	program.Eventually(t, "all datasets of all apps", func() bool {
		text := e.metrics(t)
		return strings.Count(text, "\nwxapp_up{") == number && len(all.FindAllString(text, -1)) == number*datasets
	})
	return e
}

// datasets is how many of them there are beside the portrait and those that have to be named.
const datasets = 6

func (e *exporter) metrics(t *testing.T) string {
	t.Helper()
	status, text := program.Get(t, e.url+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("/metrics answers %d: %s", status, text)
	}
	return text
}

// write writes a file into a folder of the test, and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
