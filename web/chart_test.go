package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// The chart says what its points are about, tells the numbers of each day, and shows the week
// before.
func TestChart(t *testing.T) {
	site := siteOf(simulated(t, "wx2", "good"))
	for query, title := range map[string]string{
		"?range=1d":          "Users of each day",
		"?range=7d":          "Users of the 7 days up to each day",
		"?range=30d":         "Users of the 30 days up to each day",
		"?range=1d&lang=zh":  "每日用户数",
		"?range=30d&lang=zh": "每日近 30 天用户数",
	} {
		_, body := get(t, site, "/app/wx2"+query)
		expect(t, body, "<h3>"+title, `class="before"`)
	}
	_, body := get(t, site, "/app/wx2?range=1d")
	if n := len(regexp.MustCompile(`<rect [^>]*><title>\w+ \d{4}-\d\d-\d\d: [\d,]+ users, [\d,]+ new(; a week earlier [\d,]+)?</title>`).FindAllString(body, -1)); n != 59 {
		t.Errorf("%d days tell their numbers, want 59", n)
	}
	for class, gaps := range map[string]int{"users": 1, "new": 1, "before": 1} {
		paths := regexp.MustCompile(`<path class="` + class + `" d="([^"]*)"`).FindStringSubmatch(body)
		if len(paths) == 0 || strings.Count(paths[1], "M") != gaps+1 {
			t.Errorf("the gap of a day is not a gap in the line of %s: %s", class, paths)
		}
	}
	expect(t, body, "1 day missing.")
}

// The first days look like first days.
func TestFirstDays(t *testing.T) {
	for _, test := range []struct {
		days     int
		line     bool
		wanted   []string
		unwanted []string
	}{
		{1, false, []string{": 500 users, 50 new. A line appears here after three days.", "so far 0"}, []string{"between", "a week earlier"}},
		{2, false, []string{": 510 users, 50 new; ", ": 500 users, 50 new. A line"}, []string{"between", "a week earlier"}},
		{3, true, []string{"between 500 and 520."}, []string{"a week earlier"}},
		{8, true, []string{"between 500 and 570.", "▼ −12.3%", "users a week earlier"}, []string{"unknown"}},
	} {
		snapshot := withUsers(t, "wx1", 500)
		for _, held := range snapshot.Portrait().Held {
			for ago := range test.days {
				snapshot.Past = snapshot.Past.With(held.Range, collector.Totals{End: held.End.Add(-ago), Users: 500 + 10*int64(ago), NewUsers: 50})
			}
		}
		_, body := get(t, siteOf(snapshot), "/app/wx1")
		expect(t, body, test.wanted...)
		if strings.Contains(body, `<path class="users"`) != test.line {
			t.Errorf("%d days: there is a line: %t, want %t", test.days, !test.line, test.line)
		}
		for _, word := range test.unwanted {
			if strings.Contains(body, word) {
				t.Errorf("%d days: the page says %s", test.days, word)
			}
		}
	}
}
