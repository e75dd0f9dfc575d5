package web_test

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// withUsers returns an app of which every window has a number of users, the newest day being the
// day before yesterday.
func withUsers(t testing.TB, id string, users int64) *collector.Snapshot {
	t.Helper()
	answer := `{"ref_date":"20261128","visit_uv":{},"visit_uv_new":{}}`
	if users > 0 {
		answer = fmt.Sprintf(`{"ref_date":"20261128","visit_uv":{"genders":[{"name":"男","value":%d}]},"visit_uv_new":{"genders":[{"name":"男","value":%d}]}}`, users, users/10)
	}
	return collectortest.Answered(t, collector.App{ID: id, Name: id}, []byte(answer))
}

// known adds the users of the same weekday of earlier weeks to the past of an app, the newest
// first.
func known(s *collector.Snapshot, weeks ...int64) *collector.Snapshot {
	for _, held := range s.Portrait().Held {
		for i, users := range weeks {
			s.Past = s.Past.With(held.Range, collector.Totals{End: held.End.Add(-7 * (i + 1)), Users: users})
		}
	}
	return s
}

// The page of an app begins with a sentence that judges its newest day.
func TestHeadline(t *testing.T) {
	weekday := wechat.DayOf(time.Now()).Add(-2).Begin().Weekday()
	chinese := "周" + string([]rune("日一二三四五六")[weekday])
	for _, test := range []struct {
		name             string
		users            int64
		weeks            []int64
		english, chinese string
		facts            []string
	}{
		{"as usual", 9108, []int64{9000, 9300, 8900, 9200}, "9,108 users on %s, as usual.", "%s有 9,108 位用户，与往常相当。", []string{"usual on a %s: 8,645 to 9,555", "▲ +1.2%", "new users: 910 (10.0%)"}},
		{"below", 7000, []int64{9000, 9300, 8900, 9200}, "7,000 users on %s, fewer than usual.", "%s有 7,000 位用户，低于往常。", []string{"▼ −22.2%"}},
		{"above", 12000, []int64{9000, 9300, 8900}, "12,000 users on %s, more than usual.", "%s有 12,000 位用户，高于往常。", nil},
		{"a wide range", 7000, []int64{5000, 9000, 6000, 8000}, "7,000 users on %s, as usual.", "%s有 7,000 位用户，与往常相当。", []string{"usual on a %s: 3,838 to 10,162"}},
		{"chance", 12, []int64{9, 10, 9, 10}, "12 users on %s, as usual.", "%s有 12 位用户，与往常相当。", nil},
		{"two weeks", 9108, []int64{9000, 9300}, "9,108 users on %s.", "%s有 9,108 位用户。", []string{"what is usual on a %s is known after three of them; so far 2"}},
		{"the first day", 9108, nil, "9,108 users on %s.", "%s有 9,108 位用户。", []string{"so far 0"}},
		{"nobody", 0, []int64{0, 0, 0}, "No users on %s, as usual.", "%s没有用户，与往常相当。", nil},
		{"one", 1, nil, "1 user on %s.", "%s有 1 位用户。", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			site := siteOf(known(withUsers(t, "wx1", test.users), test.weeks...))
			_, body := get(t, site, "/app/wx1?lang=en")
			expect(t, html.UnescapeString(body), `<p class="judgment">`+fmt.Sprintf(test.english, weekday))
			for _, fact := range test.facts {
				expect(t, html.UnescapeString(body), strings.ReplaceAll(fact, "%s", weekday.String()))
			}
			_, body = get(t, site, "/app/wx1?lang=zh")
			expect(t, body, `<p class="judgment">`+fmt.Sprintf(test.chinese, chinese))
		})
	}
}

// Without the users of single days the sentence is about what there is.
func TestHeadlineOfOtherNumbers(t *testing.T) {
	week := withUsers(t, "wx1", 500)
	week.Datasets[0].Held = week.Datasets[0].Held[1:]
	known(week, 500, 510, 490)
	_, body := get(t, siteOf(week), "/app/wx1")
	expect(t, body, "500 users in the 7 days up to "+week.Portrait().Held[0].End.Begin().Weekday().String()+", as usual.")

	visits := everything(t)
	visits.Datasets = visits.Datasets[1:]
	_, body = get(t, siteOf(visits), "/app/wx1")
	expect(t, body, " users on "+visits.Dataset("visits").End.Begin().Weekday().String()+".")
	if strings.Contains(body, "User portrait") || strings.Contains(body, "is known after three") {
		t.Error("the page speaks of the user portrait, which is off")
	}
}

// As long as the numbers of yesterday have not come, the page says when they do.
func TestWhenYesterdayIsDue(t *testing.T) {
	site := siteOf(withUsers(t, "wx1", 500))
	today := wechat.DayOf(time.Now())
	for _, test := range []struct {
		now  time.Time
		want string
	}{
		{today.At(9 * time.Hour), "yesterday's numbers usually come by 10:00"},
		{today.At(11 * time.Hour), "yesterday's numbers have not come yet; they usually do by 10:00"},
		{today.Add(-1).At(11 * time.Hour), ""},
	} {
		site.Now = func() time.Time { return test.now }
		_, body := get(t, site, "/app/wx1")
		body = html.UnescapeString(body)
		if test.want == "" && strings.Contains(body, "yesterday's numbers") || !strings.Contains(body, test.want) {
			t.Errorf("at %s the page lacks %q", test.now, test.want)
		}
	}
}

// everything returns the app wx1 with all datasets of the simulated WeChat.
func everything(t testing.TB) *collector.Snapshot {
	t.Helper()
	return collectortest.Everything(t, &wechattest.Server{}, collector.App{ID: "wx1", Name: "wx1"})
}
