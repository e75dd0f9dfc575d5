package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// shard is a place of a shard at an address that stays when the exporter in it is another one.
type shard struct {
	index    int
	address  string
	exporter *exporter
	url      atomic.Pointer[url.URL] // of the exporter
}

func newShard(t *testing.T, index int) *shard {
	t.Helper()
	s := &shard{index: index}
	way := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(s.url.Load())
			r.Out.Host = r.In.Host // which /sd returns
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.url.Load() == nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		way.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.address = server.Listener.Addr().String()
	return s
}

// start puts an exporter into the place.
func (s *shard) start(t *testing.T, total int, settings []string) {
	t.Helper()
	s.exporter = startBuilt(t, sharded().build, append([]string{fmt.Sprint("WXAPP_SHARD=", s.index), fmt.Sprint("WXAPP_TOTAL_SHARDS=", total)}, settings...)...)
	address, err := url.Parse(s.exporter.url)
	if err != nil {
		t.Fatal(err)
	}
	s.url.Store(address)
}

// kill ends the exporter of the place by SIGKILL.
func (s *shard) kill(t *testing.T) {
	t.Helper()
	if err := s.exporter.Command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.exporter.Ended
}

// fleet is the size of TestShardsAndPrometheus.
type fleet struct {
	apps       int
	build      func() (string, error) // of the exporter
	dimensions string                 // that it shows
	interval   int                    // of scrapes and pushes, in seconds
}

// sharded returns the size for every day, or, if TEST_SIZE is full, a large one: without the race
// detector, and with intervals that leave two cores some time for everything else.
func sharded() fleet {
	if os.Getenv("TEST_SIZE") == "full" {
		return fleet{apps: 3000, build: buildStatic, dimensions: "gender,platform", interval: 30}
	}
	return fleet{apps: 60, build: buildExporter, dimensions: "all", interval: 5}
}

// Three processes with one apps file and one bucket show every app exactly once to a real
// Prometheus. They become four one after the other, while it scrapes, and one is killed: afterwards
// every app is shown once, every answer is in the archive, nothing was asked for more than
// twice, and what they push are the same series.
func TestShardsAndPrometheus(t *testing.T) {
	size := sharded()
	simulated := &wechattest.Server{Apps: map[string]wechattest.App{}}
	var list strings.Builder
	list.WriteString("apps:\n")
	for i := range size.apps {
		id := fmt.Sprintf("wx%016x", i)
		simulated.Apps[id] = wechattest.App{Users: 5}
		fmt.Fprintf(&list, "- {appid: %s, secret: %s}\n", id, secret)
	}
	api := httptest.NewServer(simulated)
	t.Cleanup(api.Close)

	var places []*shard
	discoveries := ""
	for index := range 4 {
		places = append(places, newShard(t, index))
		discoveries += fmt.Sprintf("      - {url: \"http://%s/sd\", refresh_interval: %ds}\n", places[index].address, size.interval/5)
	}
	p := &prometheus{Process: program.Start(t, program.Built(t, buildPrometheus), nil,
		"--config.file="+write(t, "prometheus.yml", fmt.Sprintf("scrape_configs:\n  - job_name: scraped\n    scrape_interval: %[1]ds\n    scrape_timeout: %[1]ds\n    http_sd_configs:\n", size.interval)+discoveries),
		"--storage.tsdb.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0", "--web.enable-otlp-receiver")}
	p.url = "http://" + p.Address(t)
	bucket := startS3(t)
	settings := []string{
		"WXAPP_API_URL=" + api.URL, "WXAPP_APPS_FILE=" + write(t, "apps.yml", list.String()), bucket.setting(t),
		"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT=" + p.url + "/api/v1/otlp", fmt.Sprint("OTEL_METRIC_EXPORT_INTERVAL=", 1000*size.interval),
		"WXAPP_DIMENSIONS=" + size.dimensions,
	}

	for _, place := range places[:3] {
		place.start(t, 3, settings)
	}
	p.when(t, `count by (appid) (wxapp_users{job="scraped"})`, size.apps)
	expectOnce(t, p, places[:3])
	awaitArchived(t, places[:3])

	places[3].start(t, 4, settings)
	places[2].exporter.Stop(t)
	places[2].start(t, 4, settings)
	places[1].kill(t)
	places[1].start(t, 4, settings)
	places[0].exporter.Stop(t)
	places[0].start(t, 4, settings)
	expectOnce(t, p, places)

	const numbers = `group by (appid, metric, dimension, name, range) (wxapp_users{job%s"scraped"})`
	scraped, pushed := fmt.Sprintf(numbers, "="), fmt.Sprintf(numbers, "!=")
	program.Eventually(t, "the pushed numbers are those that are scraped", func() bool {
		return len(p.query(t, fmt.Sprintf(`count(%[1]s) == count(%[2]s) == count(%[1]s and %[2]s)`, scraped, pushed), time.Now())) == 1
	})
	awaitArchived(t, places)
	expectArchived(t, simulated, bucket)
}

// expectOnce waits until the places have all apps together, and Prometheus scrapes each once.
func expectOnce(t *testing.T, p *prometheus, places []*shard) {
	t.Helper()
	listed := map[string]int{}
	for _, place := range places {
		status, body := program.Get(t, "http://"+place.address+"/sd")
		var groups []struct{ Labels map[string]string }
		if err := json.Unmarshal([]byte(body), &groups); err != nil || status != http.StatusOK {
			t.Fatalf("status %d, %v: %s", status, err, body)
		}
		for _, group := range groups {
			listed[group.Labels["__param_appid"]]++
		}
	}
	for id, n := range listed {
		if id != "." && n != 1 {
			t.Errorf("%s is in %d lists", id, n)
		}
	}
	if len(listed) != sharded().apps+1 {
		t.Errorf("%d apps are listed, want %d", len(listed)-1, sharded().apps)
	}
	program.Eventually(t, "Prometheus scrapes every app once, and the exporters", func() bool {
		var answer struct {
			Data struct {
				ActiveTargets []struct {
					Labels map[string]string
					Health string
				}
			}
		}
		_, body := program.Get(t, p.url+"/api/v1/targets?state=active")
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(err)
		}
		scraped := map[string]bool{}
		for _, target := range answer.Data.ActiveTargets {
			if target.Health == "up" {
				scraped[target.Labels["instance"]] = true
			}
		}
		all := sharded().apps + len(places)
		return len(scraped) == all && len(answer.Data.ActiveTargets) == all
	})
}

// awaitArchived waits until nothing in the places waits for the archive.
func awaitArchived(t *testing.T, places []*shard) {
	t.Helper()
	for _, place := range places {
		program.Eventually(t, "nothing waits for the archive", func() bool {
			_, body := program.Get(t, "http://"+place.address+"/metrics?appid=.")
			return strings.Contains(body, "\nwxapp_archive_pending_answers 0\n")
		})
	}
}

// expectArchived holds that every answer is in the archive, and that no question was asked more than
// twice.
func expectArchived(t *testing.T, simulated *wechattest.Server, bucket *s3) {
	t.Helper()
	archived := map[string]bool{} // by app, range and last day
	for _, key := range bucket.keys(t) {
		archived[strings.SplitN(key, "_", 2)[0]] = true
	}
	asked := map[string]int{}
	for _, call := range simulated.Calls() {
		if call.Endpoint != "user_portrait" {
			continue
		}
		question := call.AppID + " " + call.Begin + " " + call.End
		if asked[question]++; asked[question] == 3 {
			t.Errorf("%s was asked more than twice", question)
		}
		if call.Code != "0" || call.Empty {
			continue
		}
		begin, err1 := time.Parse("20060102", call.Begin)
		end, err2 := time.Parse("20060102", call.End)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		length := fmt.Sprintf("%.0fd", end.Sub(begin).Hours()/24+1)
		if !archived["wxapp/"+call.AppID+"/"+length+"/"+call.End] {
			t.Errorf("%s is not in the archive", question)
		}
	}
	if len(asked) < 3*sharded().apps {
		t.Errorf("only %d questions were asked", len(asked))
	}
}
