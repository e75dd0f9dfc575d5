package web_test

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/web"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// ask sends one request to a site.
func ask(site *web.Site, method, path string, header http.Header) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	site.Register(mux)
	request := httptest.NewRequest(method, path, nil)
	for name, values := range header {
		request.Header[name] = values
	}
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, request)
	return recorder
}

func siteOf(snapshots ...*collector.Snapshot) *web.Site {
	site := &web.Site{Store: &collector.Store{}, TelemetryPath: "/numbers", Version: "1.2.3"}
	for _, snapshot := range snapshots {
		site.Store.Put(snapshot)
	}
	site.Apps = stored(site.Store)
	return site
}

// stored returns the apps of a store, which are all that are configured.
func stored(store *collector.Store) func() []collector.App {
	var apps []collector.App
	for _, snapshot := range store.Snapshots() {
		apps = append(apps, snapshot.App)
	}
	return configured(apps...)
}

// fleet returns a site of n apps with the same numbers.
func fleet(t testing.TB, n int) *web.Site {
	t.Helper()
	store := collectortest.Store(simulated(t, "wx", "a name"), n)
	return &web.Site{Apps: stored(store), Store: store, TelemetryPath: "/metrics"}
}

// simulated returns an app of the simulated WeChat with sixty days of past, of which one
// is a gap.
func simulated(t testing.TB, id, name string) *collector.Snapshot {
	t.Helper()
	snapshot := collectortest.Snapshot(t, &wechattest.Server{}, collector.App{ID: id, Name: name})
	snapshot.Datasets[0].Endpoints[0].Calls = collector.Calls{Day: wechat.DayOf(snapshot.LastPoll), Count: 6}
	for _, held := range snapshot.Portrait().Held {
		users, _ := held.Numbers.Total(wechat.VisitUV)
		newUsers, _ := held.Numbers.Total(wechat.VisitUVNew)
		for ago := range collector.PastDays {
			if ago != 20 {
				snapshot.Past = snapshot.Past.With(held.Range, collector.Totals{End: held.End.Add(-ago), Users: users + int64(ago*10), NewUsers: newUsers})
			}
		}
	}
	return snapshot
}

func expect(t *testing.T, body string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
}

func TestOverview(t *testing.T) {
	good := simulated(t, "wx2", "good")
	good.Past = nil
	site := siteOf(newApp, good, badApp)
	site.Archive = func() collector.ArchiveStatus {
		return collector.ArchiveStatus{Apps: 1, Pending: 7, Failure: "disk <full>"}
	}
	site.Push = func() collector.PushStatus {
		return collector.PushStatus{Endpoint: "https://receiver.example", Failure: "refused"}
	}
	status, body := get(t, site, "/")
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	expect(t, body, `href="numbers"`, "1.2.3", "1 of 3 apps requires action: ",
		"IP address not allowed", "no permission",
		"token: errcode 40164: invalid ip 203.0.113.30", "add 203.0.113.30 to the app&#39;s IP allow-list", "api &lt;unauthorized&gt;",
		"7 waiting to be written", "disk &lt;full&gt;", "https://receiver.example: refused", "6 of 1,000", "7 days", "first poll running")
	if strings.Index(body, `href="app/wx3"`) > strings.Index(body, `href="app/wx2"`) {
		t.Error("the failing app is not the first")
	}
	_, body = get(t, site, "/?lang=zh")
	expect(t, body, `lang="zh-CN"`, "3 个小程序中有 1 个需要人工处理", "IP 不在白名单", badApp.Failures[0].RemedyIn(text.Chinese)[:20],
		"7 份待写入", `href="app/wx2?lang=zh"`)
}

// The verdict is one sentence, about the worst.
func TestVerdict(t *testing.T) {
	now := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	today := wechat.DayOf(now)
	held := func(id string, ago int) *collector.Snapshot {
		day := wechat.Window{End: today.Add(-ago), Range: wechat.Range1Day}
		s := &collector.Snapshot{App: collector.App{ID: id, Name: id}, Status: collector.StatusUp, Datasets: portraits(collector.Held{Series: "1d", Window: day})}
		s.Datasets[0].End = day.End
		return s
	}
	without := func(id string, datasets ...collector.Dataset) *collector.Snapshot { // without the portrait
		return &collector.Snapshot{App: collector.App{ID: id, Name: id}, Status: collector.StatusUp, Datasets: datasets}
	}
	week := collector.Dataset{Name: "weekly", End: today.Add(-2)} // now is a Tuesday
	month := collector.Dataset{Name: "monthly", End: today.Add(-24)}
	visits := collector.Dataset{Name: "visits", End: today.Add(-1)}
	failed := func(id string, reason wechat.Reason) *collector.Snapshot {
		s := held(id, 1)
		s.Status, s.Failures = collector.StatusDown, []*wechat.Error{{Reason: reason, Endpoint: wechat.EndpointToken, Code: "1"}}
		s.Datasets[0].Status, s.Datasets[0].Failures = s.Status, s.Failures
		return s
	}
	tests := []struct {
		snapshots []*collector.Snapshot
		archive   collector.ArchiveStatus
		push      string
		want      string
	}{
		{nil, collector.ArchiveStatus{}, "", "No app is configured."},
		{[]*collector.Snapshot{held("a", 1)}, collector.ArchiveStatus{}, "", "Healthy: the app has yesterday&#39;s numbers."},
		{[]*collector.Snapshot{held("a", 1), held("b", 1)}, collector.ArchiveStatus{}, "", "Healthy: all 2 apps have yesterday&#39;s numbers."},
		{[]*collector.Snapshot{without("a", visits, week, month)}, collector.ArchiveStatus{}, "", "Healthy: the app has yesterday&#39;s numbers."},
		{[]*collector.Snapshot{without("a", week, month)}, collector.ArchiveStatus{}, "", "Healthy: the app has the newest numbers that WeChat has published."},
		{[]*collector.Snapshot{without("a", collector.Dataset{Name: "visits"}, week)}, collector.ArchiveStatus{}, "", "Healthy: the app has the newest numbers that WeChat has published."},
		{[]*collector.Snapshot{held("a", 1), without("b", month)}, collector.ArchiveStatus{}, "", "Healthy: all 2 apps have the newest numbers that WeChat has published."},
		{[]*collector.Snapshot{held("a", 1), held("b", 2)}, collector.ArchiveStatus{}, "", "Healthy; 1 of 2 apps waits for WeChat to publish newer numbers."},
		{[]*collector.Snapshot{held("a", 1), newApp}, collector.ArchiveStatus{}, "", "Starting: the first poll of 1 of 2 apps has not finished."},
		{[]*collector.Snapshot{held("a", 2)}, collector.ArchiveStatus{}, "refused", "The apps work, but the push to the OpenTelemetry receiver is failing."},
		{[]*collector.Snapshot{held("a", 3), held("b", 1)}, collector.ArchiveStatus{}, "refused", "1 of 2 apps is behind"},
		{[]*collector.Snapshot{failed("a", wechat.ReasonBusy), held("b", 3)}, collector.ArchiveStatus{}, "", "1 of 2 apps is failing and will be retried: WeChat or the network is failing."},
		{[]*collector.Snapshot{failed("a", wechat.ReasonBusy)}, collector.ArchiveStatus{Apps: 1, Pending: 2}, "", "The archive cannot be written: 2 answers are waiting"},
		{[]*collector.Snapshot{held("a", 1)}, collector.ArchiveStatus{Apps: 1, Pending: 2, Spooled: true}, "", "The archive cannot be written: 2 answers are waiting in the spool."},
		{[]*collector.Snapshot{failed("a", wechat.ReasonAccount), failed("b", wechat.ReasonBusy)}, collector.ArchiveStatus{Apps: 1, Pending: 2}, "", "1 of 2 apps requires action: account restricted."},
	}
	for _, test := range tests {
		site := siteOf(test.snapshots...)
		site.Now = func() time.Time { return now }
		site.Archive = func() collector.ArchiveStatus { return test.archive }
		site.Push = func() collector.PushStatus { return collector.PushStatus{Failure: test.push} }
		_, body := get(t, site, "/")
		expect(t, body, test.want)
	}
}

func TestAppPage(t *testing.T) {
	site := siteOf(simulated(t, "wx2", "good"))
	status, body := get(t, site, "/app/wx2?range=1d&lang=en")
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	expect(t, body, `href="../numbers?appid=wx2"`, `href="../?lang=en"`, "from a week earlier", "Guangdong",
		`aria-current="page">1 day`, "17 and under", "Male", "more are not shown here", "Available days")
	_, body = get(t, siteOf(newApp), "/app/wx1")
	expect(t, body, "The first numbers come within seconds.")
	_, body = get(t, siteOf(badApp), "/app/wx3")
	expect(t, body, "No numbers: ", "IP address not allowed", "What to do")
	restoring := siteOf(simulated(t, "wx2", "good"))
	restoring.Apps = func() []collector.App {
		return []collector.App{{ID: "wx1", Name: "read later"}, {ID: "wx2", Name: "good"}}
	}
	for _, path := range []string{"/", "/app/wx1"} { // its archive is still being read
		if status, body := get(t, restoring, path); status != http.StatusOK || !strings.Contains(body, "read later") {
			t.Errorf("%s: status %d: %s", path, status, body)
		}
	}
	if status, body := get(t, site, "/app/%3Cscript%3E"); status != http.StatusNotFound || !strings.Contains(body, "&lt;script&gt;") {
		t.Errorf("an unknown app: status %d: %s", status, body)
	}
}

// Text from outside is shown as text, whatever it is.
func TestForeignText(t *testing.T) {
	long := strings.Repeat("长", 85) + "x"
	evil := "<script>alert(1)</script>\u202e\u0000\u2066\t\u200b\"'&" + long
	quoted := strings.NewReplacer(`\`, `\\`, "\u0000", `\u0000`, "\t", `\t`, `"`, `\"`).Replace(evil[:256-len(long)/2])
	quoted = strings.ToValidUTF8(quoted, "")
	answer := fmt.Sprintf(`{"ref_date":"20261123","visit_uv":{"province":[{"name":"%[1]s","value":5}],"city":[{"name":"%[1]s","value":5}],"devices":[{"name":"%[1]s","value":5}],"genders":[{"name":"%[1]s","value":5}]},"visit_uv_new":{}}`, quoted)
	snapshot := collectortest.Answered(t, collector.App{ID: "wx1", Name: evil}, []byte(answer))
	snapshot.Failures = []*wechat.Error{{Reason: wechat.ReasonAllowlist, Endpoint: wechat.EndpointToken, Code: "40164", Message: evil}}
	snapshot.Datasets[0].Failures = snapshot.Failures
	snapshot.Status = collector.StatusDown
	site := siteOf(snapshot)
	site.Archive = func() collector.ArchiveStatus { return collector.ArchiveStatus{Apps: 1, Failure: evil} }
	site.Push = func() collector.PushStatus { return collector.PushStatus{Endpoint: evil, Failure: evil} }
	for _, path := range []string{"/", "/app/wx1", "/app/%E2%80%AE%3Cscript%3E", "/?q=%E2%80%AE%3Cscript%3E"} {
		for _, language := range []string{"en", "zh"} {
			separator := "?"
			if strings.Contains(path, "?") {
				separator = "&"
			}
			_, body := get(t, site, path+separator+"lang="+language)
			for _, raw := range []string{"<script", "\u202e", "\u0000", "\u2066", "\u200b"} {
				if strings.Contains(body, raw) {
					t.Errorf("%s shows %q raw", path, raw)
				}
			}
			expect(t, body, "U+202E", "&lt;script&gt;")
		}
	}
}

func TestSearchAndPages(t *testing.T) {
	site := fleet(t, 100)
	for path, want := range map[string]int{"/": 30, "/?page=4": 10, "/?page=99": 10, "/?page=-1": 30, "/?page=x": 30, "/?q=WX0000000000000011": 1, "/?q=nothing": 0, "/?q=A+NAME": 30} {
		_, body := get(t, site, path)
		if n := strings.Count(body, "<article"); n != want {
			t.Errorf("%s shows %d apps, want %d", path, n, want)
		}
	}
	_, body := get(t, site, "/?page=2&q=wx&lang=zh")
	expect(t, body, `href="?lang=zh&amp;page=1&amp;q=wx"`, `href="?lang=zh&amp;page=3&amp;q=wx"`)
}

func TestHTTP(t *testing.T) {
	site := siteOf(simulated(t, "wx2", "good"))
	for _, path := range []string{"/", "/app/wx2", "/sd", "/-/style.css", "/-/icon.svg"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			if response := ask(site, method, path, nil); response.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: status %d", method, path, response.Code)
			}
		}
		response := ask(site, http.MethodHead, path, nil)
		length := response.Header().Get("Content-Length")
		if body := response.Body; response.Code != http.StatusOK || body.Len() > 0 || length == "" || length == "0" {
			t.Errorf("HEAD %s: status %d, %d bytes, length %s", path, response.Code, body.Len(), length)
		}
		response = ask(site, http.MethodGet, path, http.Header{"Accept-Encoding": {"br, gzip;q=0.5"}})
		if encoding := response.Header().Get("Content-Encoding"); encoding != "gzip" {
			t.Errorf("%s has the encoding %q", path, encoding)
		}
		if response := ask(site, http.MethodGet, path, http.Header{"Accept-Encoding": {"gzip;q=0"}}); response.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed for a client that refuses it", path)
		}
	}
	policy := ask(site, http.MethodGet, "/", nil).Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	for accept, want := range map[string]string{
		"": "en", "zh-CN,zh;q=0.9,en;q=0.8": "zh-CN", "en-US,en;q=0.9,zh;q=0.8": "en", "fr, zh-TW;q=0.3": "zh-CN", "de": "en",
		"zh": "zh-CN", "zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7": "zh-CN", "zh-HK, en;q=0.9": "zh-CN", "zh-Hans-SG": "zh-CN",
		"en;q=0.5, zh;q=0.6": "zh-CN", "zh;q=0, en": "en", "zh;q=0": "en", "ja": "en", "*": "en", "de-DE, de;q=0.9, *;q=0.5": "en", ";;;q=": "en",
	} {
		if got := ask(site, http.MethodGet, "/", http.Header{"Accept-Language": {accept}}).Header().Get("Content-Language"); got != want {
			t.Errorf("%q is answered in %s, want %s", accept, got, want)
		}
	}
}

// The page of an app with all datasets fits into 60 KB.
func TestAppPageSize(t *testing.T) {
	snapshot := everything(t)
	snapshot.Past = simulated(t, "wx1", "one").Past
	response := ask(siteOf(snapshot), http.MethodGet, "/app/wx1", http.Header{"Accept-Encoding": {"gzip"}})
	if n := response.Body.Len(); n > 60_000 {
		t.Errorf("%d bytes", n)
	}
}

// A thousand apps fit into 60 KB.
func TestOverviewSize(t *testing.T) {
	site := fleet(t, 1000)
	response := ask(site, http.MethodGet, "/", http.Header{"Accept-Encoding": {"gzip"}})
	if n := response.Body.Len(); n > 60_000 {
		t.Errorf("%d bytes", n)
	}
	if _, err := gzip.NewReader(response.Body); err != nil {
		t.Error(err)
	}
}

func BenchmarkOverview(b *testing.B) { benchmark(b, "/") }

func BenchmarkAppPage(b *testing.B) { benchmark(b, "/app/wx0000000000000000") }

func benchmark(b *testing.B, path string) {
	site := fleet(b, 1000)
	mux := http.NewServeMux()
	site.Register(mux)
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header.Set("Accept-Encoding", "gzip")
	size := 0
	for b.Loop() {
		recorder := httptest.NewRecorder()
		mux.ServeHTTP(recorder, request)
		size = recorder.Body.Len()
	}
	b.ReportMetric(float64(size), "bytes")
}
