package e2e

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

var ranges = map[string]int{"1d": 1, "7d": 7, "30d": 30}

// The mission: who the users of a Mini Program are, asked of Prometheus.
func TestUsersInPrometheus(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret)
	prometheus := startPrometheus(t, at(exporter))

	// All that follows is asked for one moment, in which Prometheus held one scrape.
	now := prometheus.when(t, `count by (range) (wxapp_users)`, len(ranges))

	compared := 0
	for name, days := range ranges {
		begin := prometheus.number(t, fmt.Sprintf(`wxapp_data_begin_timestamp_seconds{range=%q}`, name), now)
		end := prometheus.number(t, fmt.Sprintf(`wxapp_data_end_timestamp_seconds{range=%q}`, name), now)
		window := windowBetween(begin, end)
		if _, _, n := window.days(t); n != days {
			t.Errorf("range %s is for the %d days of %v", name, n, window)
		}

		want := portrait(t, api.URL, appid, window)
		got := map[row]float64{}
		for _, s := range prometheus.query(t, fmt.Sprintf(`wxapp_users{appid=%q,range=%q}`, appid, name), now) {
			got[row{s.Labels["metric"], s.Labels["dimension"], s.Labels["name"]}] = s.Value
		}
		for row, users := range want {
			if got[row] != users {
				t.Errorf("%s %v: Prometheus has %v users, WeChat says %v", name, row, got[row], users)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: Prometheus has %d series, WeChat's answer %d rows", name, len(got), len(want))
		}
		compared += len(want)

		if name == "7d" {
			example := prometheus.number(t,
				`wxapp_users{metric="visit_uv",dimension="province",name="广东省",range="7d"}`, now)
			if users := want[row{"visit_uv", "province", "广东省"}]; example != users || users <= 0 {
				t.Errorf("Prometheus has %v users in 广东省, WeChat says %v", example, users)
			}
		}
	}
	if total := prometheus.number(t, `count(wxapp_users)`, now); total != float64(compared) {
		t.Errorf("Prometheus has %v series of wxapp_users, WeChat's answers %d rows", total, compared)
	}
	if up := prometheus.number(t, fmt.Sprintf(`wxapp_up{appid=%q}`, appid), now); up != 1 {
		t.Errorf("wxapp_up is %v", up)
	}
}

// All 36 values of the documented answer, for its window in each of the lengths.
func TestDocumentedAnswer(t *testing.T) {
	wechat := new(documentedWeChat)
	api := httptest.NewServer(wechat)
	defer api.Close()
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret)

	metrics := exporter.metricsWith(t, `^wxapp_last_success_timestamp_seconds`)
	want, err := os.ReadFile("testdata/users-documented.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(series(metrics, "wxapp_users"), ""); got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	windows := wechat.asked(t)
	for name, days := range ranges {
		begin, end, _ := windows[days].days(t)
		for family, want := range map[string]time.Time{
			"wxapp_data_begin_timestamp_seconds": begin,
			"wxapp_data_end_timestamp_seconds":   end,
		} {
			got := value(t, metrics, fmt.Sprintf(`%s{appid=%q,range=%q}`, family, appid, name))
			if got != float64(want.Unix()) {
				t.Errorf("%s of %s is %v, want %d (%v)", family, name, got, want.Unix(), windows[days])
			}
		}
		if age := time.Since(end); age < 0 || age > 48*time.Hour+program.Patience {
			t.Errorf("range %s is for the window %v, which no one may ask for", name, windows[days])
		}
	}
}

func TestPromtoolCheckMetrics(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret)
	metrics := exporter.metricsWith(t, `^wxapp_users`)

	check := exec.CommandContext(t.Context(), program.Built(t, buildPromtool), "check", "metrics")
	check.Stdin = strings.NewReader(metrics)
	var output bytes.Buffer
	check.Stdout, check.Stderr = &output, &output
	if err := check.Run(); err != nil || output.Len() > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, &output)
	}
}

func TestAppsFile(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	tokens := httptest.NewServer(answering(`{"access_token":"` + token(t, api.URL, "wxccccccccccccccc3") + `"}`))
	defer tokens.Close()
	apps := write(t, "apps.yml", `apps:
  - appid: wxaaaaaaaaaaaaaaa1
    name: 茶馆
    secret: `+secret+`
  - appid: wxbbbbbbbbbbbbbbb2
    name: Bookshop
    secret_file: `+write(t, "secret", secret+"\n")+`
  - appid: wxccccccccccccccc3
    token_url: `+tokens.URL+`
`)
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPS_FILE="+apps)
	prometheus := startPrometheus(t, at(exporter))

	now := prometheus.when(t, `count by (appid) (wxapp_users)`, 3)
	var named []string
	for _, s := range prometheus.query(t, `count by (appid, app) (wxapp_users * on (appid) group_left (app) wxapp_app_info)`, now) {
		named = append(named, s.Labels["appid"]+" "+s.Labels["app"])
	}
	slices.Sort(named)
	want := []string{"wxaaaaaaaaaaaaaaa1 茶馆", "wxbbbbbbbbbbbbbbb2 Bookshop", "wxccccccccccccccc3 wxccccccccccccccc3"}
	if !slices.Equal(named, want) {
		t.Errorf("got the apps %q, want %q", named, want)
	}
}

// The queries that the documents show are the same, run as they stand, and find series.
func TestQueriesOfTheDocuments(t *testing.T) {
	queries := blocks(t, "../docs/numbers.md", "promql")
	if chinese := blocks(t, "../docs/numbers.zh-CN.md", "promql"); !slices.Equal(queries, chinese) {
		t.Errorf("docs/numbers.md has the queries %q, docs/numbers.zh-CN.md %q", queries, chinese)
	}
	if len(queries) == 0 {
		t.Fatal("docs/numbers.md has no queries")
	}
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret)
	prometheus := startPrometheus(t, at(exporter))

	now := prometheus.when(t, `count by (range) (wxapp_users)`, len(ranges))
	for _, query := range queries {
		found := len(prometheus.query(t, query, now))
		watched, _, alert := strings.Cut(query, " > ")
		switch {
		case !alert && found == 0:
			t.Errorf("no series: %s", query)
		case alert && found > 0:
			t.Errorf("fires though all is well: %s", query)
		case alert && len(prometheus.query(t, watched, now)) == 0:
			t.Errorf("watches nothing: %s", watched)
		}
	}
}

// blocks returns the blocks of a language in a file of Markdown.
func blocks(t *testing.T, file, language string) []string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, rest := range strings.Split(string(content), "```"+language+"\n")[1:] {
		block, _, _ := strings.Cut(rest, "```")
		blocks = append(blocks, block)
	}
	return blocks
}

func TestDemo(t *testing.T) {
	demo := program.Start(t, program.Built(t, buildExporter), []string{"WXAPP_LISTEN_ADDRESS=127.0.0.1:0"}, "demo")
	e := &exporter{Process: demo, url: "http://" + demo.Address(t)}
	apps := map[string]bool{}
	program.Eventually(t, "wxapp_users of three apps", func() bool {
		for _, line := range series(e.metrics(t), "wxapp_users") {
			_, rest, _ := strings.Cut(line, `appid="`)
			appid, _, _ := strings.Cut(rest, `"`)
			apps[appid] = true
		}
		return len(apps) == 3
	})
	for appid := range apps {
		if !strings.HasPrefix(appid, "wxdemo") {
			t.Errorf("the demo's appid %s might be taken for a real one", appid)
		}
	}
}
