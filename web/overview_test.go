package web_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// rowsOf returns the lines of the overview.
func rowsOf(body string) []string {
	return regexp.MustCompile(`(?s)<article.*?</article>`).FindAllString(body, -1)
}

// order returns the appids of the lines of the overview.
func order(body string) string {
	var ids []string
	for _, row := range rowsOf(body) {
		ids = append(ids, regexp.MustCompile(`href="app/([^"?]*)`).FindStringSubmatch(row)[1])
	}
	return strings.Join(ids, " ")
}

// A line shows the users of the newest day, their change, and 30 days; all else is behind it.
func TestLineOfAnApp(t *testing.T) {
	snapshot := simulated(t, "wx2", "good")
	_, body := get(t, siteOf(snapshot), "/")
	row := rowsOf(body)[0]
	line, behind, _ := strings.Cut(row, "<details>")
	users, _ := snapshot.Portrait().Held[0].Numbers.Total(wechat.VisitUV)
	day := snapshot.Portrait().Held[0].End.Begin().Format("Mon 01-02")
	expect(t, line, "good", ">waiting for WeChat<", fmt.Sprintf(`<p class="users">%s <`, grouped(users)), day, `class="change`, `<svg class="spark"`, "Users of 29 of the last 30 days: between ")
	expect(t, behind, "wx2", "Next poll", "Calls today", "1 day, 7 days, 30 days")
	if strings.Contains(line, "wx2</bdi>") || strings.Contains(row, "<details open") {
		t.Error("the line shows details")
	}
	if path := regexp.MustCompile(` d="([^"]*)"`).FindStringSubmatch(line)[1]; strings.Count(path, "M") != 2 {
		t.Errorf("the gap of a day is not a gap: %s", path)
	}

	twin := simulated(t, "wx3", "good")
	_, body = get(t, siteOf(snapshot, twin), "/")
	for i, id := range []string{"wx2", "wx3"} {
		line, _, _ := strings.Cut(rowsOf(body)[i], "<details>")
		expect(t, line, "<bdi>"+id+"</bdi>")
	}
}

func grouped(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// What is wrong stands first: failures, then other datasets that fail, then too few users.
func TestOrderOfApps(t *testing.T) {
	person := failing("person", &wechat.Error{Reason: wechat.ReasonAllowlist, Endpoint: wechat.EndpointToken, Code: "40164"})
	retried := failing("retried", &wechat.Error{Reason: wechat.ReasonBusy, Endpoint: wechat.EndpointToken, Code: "-1"})
	beside := withUsers(t, "beside", 100)
	beside.Datasets = append(beside.Datasets, collector.Dataset{
		Name: "pages", Status: collector.StatusDown,
		Failures: []*wechat.Error{{Reason: wechat.ReasonPermission, Endpoint: wechat.EndpointVisitPage, Code: "48001"}},
	})
	few := known(withUsers(t, "few", 100), 900, 910, 890)
	for _, name := range []string{"a-good", "z-good"} {
		good := known(withUsers(t, name, 900), 900, 910, 890)
		_, body := get(t, siteOf(good, few, beside, retried, person), "/?lang=en")
		if got, want := order(body), "person retried beside few "+name; got != want {
			t.Errorf("the order is %s, want %s", got, want)
		}
		expect(t, body, "pages: no permission", "fewer than usual</span>", "Apps by users on their newest day: 1 fewer than usual, 1 as many as usual")
		if strings.Contains(rowsOf(body)[4], "than usual") {
			t.Error("an app that is as usual stands out")
		}
		_, body = get(t, siteOf(good), "/?lang=zh")
		expect(t, body, "各小程序最新一天的用户数：1 个与往常相当")
	}
}

// A cause that many apps have is told once, with its remedy and the names of the apps.
func TestEqualCausesAreToldOnce(t *testing.T) {
	var snapshots []*collector.Snapshot
	failure := func(i int, address string) *wechat.Error {
		return &wechat.Error{Reason: wechat.ReasonAllowlist, Endpoint: wechat.EndpointToken, Code: "40164", Message: "invalid ip " + address, RequestID: fmt.Sprintf("%08x-00000000-00000000", i)}
	}
	for i := range 15 {
		app := failing(fmt.Sprintf("app-%02d", i), failure(i, "203.0.113.30"))
		app.Datasets = append(app.Datasets, collector.Dataset{Name: "pages", Status: collector.StatusDown, Failures: []*wechat.Error{failure(i, "203.0.113.30")}})
		snapshots = append(snapshots, app)
	}
	site := siteOf(append(snapshots, failing("other", failure(99, "203.0.113.99")), simulated(t, "wx2", "good"))...)
	_, body := get(t, site, "/?lang=en")
	if n := strings.Count(html.UnescapeString(body), "add 203.0.113.30 to the app's IP allow-list"); n != 1 {
		t.Errorf("the remedy is told %d times", n)
	}
	causes := regexp.MustCompile(`(?s)<section class="cause.*?</section>`).FindAllString(body, -1)
	if len(causes) != 2 {
		t.Fatalf("%d causes, want 2", len(causes))
	}
	expect(t, causes[0], "IP address not allowed · 15 apps")
	if strings.Contains(causes[0], "pages") {
		t.Error("the cause is said to be that of a dataset, but all fail")
	}
	for i := range 15 {
		expect(t, causes[0], fmt.Sprintf(`href="app/app-%02d?lang=en"`, i))
	}
	expect(t, causes[1], "IP address not allowed · 1 app", "203.0.113.99")
	_, body = get(t, site, "/?lang=zh&q=app-0")
	expect(t, body, "IP 不在白名单 · 10 个小程序")

	// The page of an app tells its causes once, too.
	_, body = get(t, site, "/app/app-03")
	if n := strings.Count(html.UnescapeString(body), "add 203.0.113.30 to"); n != 1 {
		t.Errorf("the page of the app tells the remedy %d times", n)
	}
}

// Of very many apps with one cause, some are named and the others counted.
func TestCauseOfManyApps(t *testing.T) {
	var snapshots []*collector.Snapshot
	for i := range 75 {
		snapshots = append(snapshots, failing(fmt.Sprintf("app-%02d", i), &wechat.Error{Reason: wechat.ReasonAllowlist, Endpoint: wechat.EndpointToken, Code: "40164"}))
	}
	_, body := get(t, siteOf(snapshots...), "/")
	cause := regexp.MustCompile(`(?s)<section class="cause.*?</section>`).FindString(body)
	expect(t, cause, "75 apps", "and 45 more")
	if n := strings.Count(cause, "<a href"); n != 30 {
		t.Errorf("%d apps are named, want 30", n)
	}
}

// Datasets of which the same is known share a line.
func TestSameDatasetsShareALine(t *testing.T) {
	snapshot := everything(t)
	_, body := get(t, siteOf(snapshot), "/app/wx1")
	expect(t, body, `<th scope="row">1 day, 7 days, 30 days, visits, sources, `)
	site := siteOf(snapshot)
	ended := snapshot.Portrait().End.Add(1).Begin()
	site.Now = func() time.Time { return ended.Add(75 * time.Hour) }
	_, body = get(t, site, "/app/wx1?lang=zh")
	expect(t, body, "1 天、7 天、30 天、访问、来源、", "3 天 3 小时")
}

// Thirty apps stay a short page: one line for each, and a few bytes.
func TestOverviewOfThirtyApps(t *testing.T) {
	response := ask(fleet(t, 30), http.MethodGet, "/", http.Header{"Accept-Encoding": {"gzip"}})
	if n := response.Body.Len(); n > 20_000 {
		t.Errorf("%d bytes", n)
	}
}
