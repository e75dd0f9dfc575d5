package backfill_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/backfill"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/progress"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

const (
	appid    = "wx0123456789abcdef"
	otherApp = "wxfedcba9876543210"
	hushWord = "5ec2e70123456789abcdef0123456789"
)

// filling is a backfill of two apps on a simulated WeChat and an archive in a folder. The
// clock is that of synctest: it begins on 2000-01-01 at 08:00 in Shanghai.
type filling struct {
	t      *testing.T
	server *wechattest.Server
	folder string
	// datasets are those of the settings.
	datasets []wechat.Dataset
	out      string
	err      error
	calls    []wechattest.Call // since asked forgot them
	// afterCalls stops a run after so many calls; 0: never.
	afterCalls int
	transport  http.RoundTripper // instead of the server
}

// fill runs a test in a bubble.
func fill(t *testing.T, test func(f *filling)) {
	t.Helper()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		test(&filling{t: t, folder: filepath.Join(folder, "archive"), server: &wechattest.Server{
			Apps: map[string]wechattest.App{appid: {Users: 300}, otherApp: {Users: 300}},
		}})
	})
}

// run runs a backfill with the arguments of the command.
func (f *filling) run(args ...string) {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.t.Context())
	defer cancel()
	var out bytes.Buffer
	transport := http.RoundTripper(f.server)
	if f.transport != nil {
		transport = f.transport
	}
	calls := 0
	counted := roundTrip(func(r *http.Request) (*http.Response, error) {
		if calls++; calls == f.afterCalls {
			defer cancel()
		}
		return transport.RoundTrip(r)
	})
	set := arguments.New("backfill")
	parsed := backfill.Define(set)
	if err := set.Parse(args); err != nil {
		f.t.Fatal(err)
	}
	chosen, err := parsed()
	if err != nil {
		f.t.Fatal(err)
	}
	kept := archive.NewGuard(archive.Archive{Bucket: archive.Folder{Path: f.folder}})
	if err := kept.Open(ctx, time.Second); err != nil {
		f.t.Fatal(err)
	}
	line := progress.NewLine(&out)
	courses := backfill.Job{
		Archive: kept, Apps: f.sources(chosen.Apps, &http.Client{Transport: counted, Timeout: 30 * time.Second}),
		Datasets: chosen.DatasetsOr(f.datasets), From: chosen.From, To: chosen.Last(wechat.DayOf(time.Now())),
		Progress: func(backfill.Progress) {}, Warn: line.Warn,
	}.Run(ctx)
	f.err = backfill.Report(ctx, &out, courses)
	f.out = out.String()
	f.calls = f.server.Calls()
	if told := fmt.Sprint(f.out, f.err); strings.Contains(told, hushWord) || strings.Contains(told, "access_token") {
		f.t.Errorf("a secret is shown: %s", told)
	}
	names, err := filepath.Glob(filepath.Join(f.folder, "*", "state.json"))
	if err != nil || len(names) > 0 {
		f.t.Errorf("a state was written: %v, %v", names, err)
	}
}

// sources returns the apps, or those of them that are chosen.
func (f *filling) sources(chosen []string, client *http.Client) []poller.Source {
	client = backfill.Pace(client)
	var all []poller.Source
	for _, id := range []string{appid, otherApp} {
		if len(chosen) > 0 && !slices.Contains(chosen, id) {
			continue
		}
		tokens := &wechat.SecretTokens{
			AppID: id, Secret: func() (wechat.Secret, error) { return hushWord, nil }, Endpoint: wechat.StableToken, HTTP: client,
		}
		all = append(all, poller.Source{App: collector.App{ID: id, Name: id}, API: &wechat.Client{HTTP: client, Tokens: tokens}})
	}
	return all
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// days returns the days of an endpoint that are in the archive of an app, sorted.
func (f *filling) days(appid, endpoint string) []string {
	f.t.Helper()
	kept := archive.Archive{Bucket: archive.Folder{Path: f.folder}}
	var days []string
	for _, dataset := range backfill.Datasets() {
		for _, statistic := range dataset.Statistics {
			if statistic.Endpoint != endpoint {
				continue
			}
			keys, err := kept.List(f.t.Context(), appid, statistic, wechat.Day{})
			if err != nil {
				f.t.Fatal(err)
			}
			for _, key := range keys {
				days = append(days, key.Window.End.String())
			}
		}
	}
	slices.Sort(days)
	return days
}

// asked returns the days that were asked for of an endpoint of an app, in that order, and
// forgets all calls.
func (f *filling) asked(appid, endpoint string) []string {
	var days []string
	for _, call := range f.calls {
		if call.AppID == appid && call.Endpoint == endpoint {
			days = append(days, call.Begin)
		}
	}
	f.server.ForgetCalls()
	return days
}

// expect checks the lines of the summary of an endpoint of an app and the error.
func (f *filling) expect(wantErr string, lines ...string) {
	f.t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+f.out, "\n"+line+"\n") {
			f.t.Errorf("the output has no line %q:\n%s", line, f.out)
		}
	}
	got := ""
	if f.err != nil {
		got = f.err.Error()
	}
	if got != wantErr {
		f.t.Errorf("error %q, want %q", got, wantErr)
	}
}

func TestBackfill(t *testing.T) {
	fill(t, func(f *filling) {
		f.run("--from=1999-12-20", "--to=1999-12-26", "--datasets=visits,pages", "--app", appid)
		const line = appid + " %s: 7 days added, the oldest 1999-12-20; complete from 1999-12-20 on"
		f.expect("", fmt.Sprintf(line, "visits daily_visit_trend"), fmt.Sprintf(line, "visits daily_summary"), fmt.Sprintf(line, "pages visit_page"))
		for i, call := range f.calls {
			if i > 0 && call.Time.Sub(f.calls[i-1].Time) < time.Second {
				t.Errorf("%s of %s was called %s after another call", call.Endpoint, call.Begin, call.Time.Sub(f.calls[i-1].Time))
			}
			if call.AppID != appid {
				t.Errorf("%s was asked for, too", call.AppID)
			}
		}
		if want := 3 + 3*7 + 1; len(f.calls) != want {
			t.Errorf("%d calls, want %d: a token, three quotas and the days", len(f.calls), want)
		}
		want := []string{"19991226", "19991225", "19991224", "19991223", "19991222", "19991221", "19991220"}
		if got := f.asked(appid, wechat.EndpointVisitPage); !slices.Equal(got, want) {
			t.Errorf("asked for %s, want %s", got, want)
		}
		slices.Reverse(want)
		if got := f.days(appid, wechat.EndpointVisitPage); !slices.Equal(got, want) {
			t.Errorf("archived %s, want %s", got, want)
		}

		f.run("--from=1999-12-18", "--datasets=pages", "--app", appid)
		f.expect("", appid+" pages visit_page: 5 days added, 7 already in the archive, the oldest 1999-12-18; complete from 1999-12-18 on")
		if got, want := fmt.Sprint(f.asked(appid, wechat.EndpointVisitPage)), "[19991229 19991228 19991227 19991219 19991218]"; got != want {
			t.Errorf("then asked for %s, want %s", got, want)
		}
	})
}

// The datasets are those of the settings that have past days; without any there all are.
func TestBackfillChoosesDatasets(t *testing.T) {
	for setting, want := range map[string]int{"": 9, "user_portrait": 9, "visits": 2, "pages": 1, "user_portrait,pages": 1} {
		fill(t, func(f *filling) {
			f.datasets = pollertest.Datasets(strings.Split(setting, ",")...)
			f.run("--from=1999-12-25", "--to=1999-12-25")
			if got := strings.Count(f.out, "; complete from 1999-12-25 on\n"); got != 2*want {
				t.Errorf("%q: %d statistics of two apps, want %d each:\n%s", setting, got, want, f.out)
			}
		})
	}
}

func TestBackfillUsesATenthOfTheQuota(t *testing.T) {
	fill(t, func(f *filling) {
		f.server.DailyLimit = 79
		f.run("--from=1999-12-01", "--datasets=sources", "--app="+appid)
		f.expect("backfill is incomplete: 1 of 1 statistics ended early; run it again to continue",
			appid+" sources visit_distribution: 7 days added, the oldest 1999-12-23; stopped before 1999-12-22: a tenth of today's remaining calls is used; run it again tomorrow")
		f.asked("", "")
		time.Sleep(24 * time.Hour)
		f.run("--from=1999-12-01", "--datasets=sources", "--app="+appid)
		if got, want := fmt.Sprint(f.asked(appid, wechat.EndpointVisitDistribution)), "[19991230 19991222 19991221 19991220 19991219 19991218 19991217]"; got != want {
			t.Errorf("the next day asked for %s, want %s", got, want)
		}

		f.server.Fail(wechattest.Errcode(76021).On("quota"))
		f.server.DailyLimit = 0
		f.run("--from=1999-01-01", "--datasets=sources", "--app="+appid)
		if got := len(f.asked(appid, wechat.EndpointVisitDistribution)); got != 100 {
			t.Errorf("%d calls without knowing the quota, want 100", got)
		}
	})
}

func TestBackfillStopsWhereWeChatStops(t *testing.T) {
	fill(t, func(f *filling) {
		f.server.Depth = map[string]int{wechat.EndpointVisitPage: 7}
		first := time.Date(1999, 12, 20, 0, 0, 0, 0, time.FixedZone("", 8*60*60))
		f.server.Nobody = func(id string, day time.Time) bool { return id == otherApp && day.Before(first) }
		f.run("--from=1999-01-01", "--datasets=pages")
		const depth = "WeChat has no older data: 14 days in a row without numbers"
		f.expect("")
		if want := appid + " pages visit_page: 5 days added, 14 without numbers, the oldest 1999-12-25; " + depth + " (visit_page: errcode 61501: date range error (rid "; !strings.Contains(f.out, want) {
			t.Errorf("no %q in:\n%s", want, f.out)
		}
		if got := len(f.asked(appid, wechat.EndpointVisitPage)); got != 5+14 {
			t.Errorf("%d days asked for, want 5 and 14", got)
		}
		f.server.Depth = nil
		f.run("--from=1999-01-01", "--datasets=pages", "--app="+otherApp)
		f.expect("", otherApp+" pages visit_page: 5 days added, 5 already in the archive, 14 without numbers, the oldest 1999-12-20; "+depth)
		if got := len(f.days(otherApp, wechat.EndpointVisitPage)); got != 10 {
			t.Errorf("%d days in the archive, want 10: empty answers are none", got)
		}
	})
}

// Days without numbers that are fewer do not stop it.
func TestBackfillGoesOnAfterEmptyDays(t *testing.T) {
	fill(t, func(f *filling) {
		f.server.Nobody = func(_ string, day time.Time) bool { return day.In(time.FixedZone("", 8*60*60)).Day()%15 > 1 }
		f.run("--from=1999-10-15", "--to=1999-12-16", "--datasets=pages", "--app="+appid)
		f.expect("", appid+" pages visit_page: 11 days added, 52 without numbers, the oldest 1999-10-15; complete from 1999-10-15 on")
	})
}

// Stopped by Ctrl-C, it says what was done, keeps the answer that was arriving, and goes on
// there the next time.
func TestBackfillStopsAndContinues(t *testing.T) {
	fill(t, func(f *filling) {
		f.afterCalls = 6 // a token, a quota and four days
		f.run("--from=1999-12-20", "--to=1999-12-26", "--datasets=pages", "--app="+appid)
		f.expect("backfill stopped; run it again to continue",
			appid+" pages visit_page: 4 days added, the oldest 1999-12-23; stopped before 1999-12-22")
		f.asked("", "")
		f.afterCalls = 0
		f.run("--from=1999-12-20", "--to=1999-12-26", "--datasets=pages", "--app="+appid)
		f.expect("", appid+" pages visit_page: 3 days added, 4 already in the archive, the oldest 1999-12-20; complete from 1999-12-20 on")
		if got, want := fmt.Sprint(f.asked(appid, wechat.EndpointVisitPage)), "[19991222 19991221 19991220]"; got != want {
			t.Errorf("then asked for %s, want %s", got, want)
		}
	})
}

// What fails of one app or dataset harms no other.
func TestBackfillGoesOnBesideFailures(t *testing.T) {
	refusedText := "visit_page: errcode 48001: "
	fill(t, func(f *filling) {
		f.server.Fail(wechattest.Errcode(48001).On(wechat.EndpointVisitPage).For(appid))
		f.server.Fail(wechattest.Errcode(40125).On("token").For(otherApp))
		f.server.Fail(wechattest.HangUp().On(wechat.EndpointDailySummary).For(appid).Times(3))
		f.server.Fail(wechattest.Garbage().On(wechat.EndpointVisitDistribution).For(appid).Times(1))
		f.run("--from=1999-12-20", "--to=1999-12-26")
		f.expect("backfill is incomplete: 6 of 18 statistics ended early; run it again to continue",
			appid+" visits daily_visit_trend: 7 days added, the oldest 1999-12-20; complete from 1999-12-20 on",
			appid+" visits daily_summary: 7 days added, the oldest 1999-12-20; complete from 1999-12-20 on",
			appid+" sources visit_distribution: 6 days added, 1 without numbers, the oldest 1999-12-20; complete from 1999-12-20 on")
		for _, want := range []string{
			appid + " pages visit_page: 0 days added; failed at 1999-12-26: " + refusedText,
			otherApp + " visits daily_visit_trend: 0 days added; failed at 1999-12-26: token: errcode 40125: ",
			otherApp + " pages visit_page: 0 days added; failed at 1999-12-26: token: errcode 40125: ",
			"wxapp_exporter: warning: skipped visit_distribution of " + appid + " for 1999-12-26: ",
		} {
			if !strings.Contains(f.out, want) {
				t.Errorf("no %q in:\n%s", want, f.out)
			}
		}
		if got := len(f.asked(otherApp, "token")); got != 1 {
			t.Errorf("a token that is refused was asked for %d times, want once", got)
		}
	})
}

// A statistic whose calls keep failing is given up after the pauses.
func TestBackfillGivesUp(t *testing.T) {
	fill(t, func(f *filling) {
		f.server.Fail(wechattest.HTTPStatus(502).On(wechat.EndpointVisitPage))
		began := time.Now()
		f.run("--from=1999-12-20", "--to=1999-12-26", "--datasets=pages,sources", "--app="+appid)
		f.expect("backfill is incomplete: 1 of 2 statistics ended early; run it again to continue",
			appid+" sources visit_distribution: 7 days added, the oldest 1999-12-20; complete from 1999-12-20 on")
		if got := len(f.asked(appid, wechat.EndpointVisitPage)); got != 4 {
			t.Errorf("asked %d times, want 4", got)
		}
		if took := time.Since(began); took < 6*time.Minute || took > 8*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// Days that are left to the exporter, or have not begun, are no backfill.
func TestFromIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins on 2000-01-01 at 08:00 in Shanghai
		const late = "invalid arguments:\n  --from: is later than three days ago; newer days are left to the exporter"
		for _, test := range []struct{ from, want string }{
			{"1999-12-29", ""}, {"1999-12-30", late}, {"2000-01-02", late}, {"2027-11-25", late},
		} {
			set := arguments.New("backfill")
			parsed := backfill.Define(set)
			if err := set.Parse([]string{"--from", test.from}); err != nil {
				t.Fatal(err)
			}
			if _, err := parsed(); (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
				t.Errorf("--from %s: %v, want %q", test.from, err, test.want)
			}
		}
	})
}

// The window of an answer is known from the request, as for the exporter: an answer that names
// another day is worth one warning.
func TestBackfillOfOtherDays(t *testing.T) {
	fill(t, func(f *filling) {
		f.server.Fail(wechattest.Body(`{"ref_date":"19991230","list":[{"page_path":"a","page_visit_pv":1}]}`).On(wechat.EndpointVisitPage))
		f.run("--from=1999-12-25", "--to=1999-12-26", "--datasets=pages", "--app="+appid)
		f.expect("", "wxapp_exporter: warning: visit_page of "+appid+": WeChat's answer for 1999-12-26 is for another day (19991230); it is stored as the requested one")
		if got := f.days(appid, wechat.EndpointVisitPage); !slices.Equal(got, []string{"19991225", "19991226"}) {
			t.Errorf("archived %s", got)
		}
		if n := strings.Count(f.out, "another day"); n != 1 {
			t.Errorf("%d warnings, want one", n)
		}
	})
}

// Rows that contradict each other are told, and the first one counts.
func TestBackfillOfContradictions(t *testing.T) {
	fill(t, func(f *filling) {
		f.server.Fail(wechattest.Body(`{"list":[{"ref_date":"19991226","visit_total":1},{"ref_date":"19991226","visit_total":2}]}`).On(wechat.EndpointDailySummary))
		f.run("--from=1999-12-26", "--to=1999-12-26", "--datasets=visits", "--app="+appid)
		f.expect("", "wxapp_exporter: warning: daily_summary of "+appid+" for 1999-12-26: skipped 1 rows and numbers that cannot be used")
		if got := f.days(appid, wechat.EndpointDailySummary); !slices.Equal(got, []string{"19991226"}) {
			t.Errorf("archived %s", got)
		}
	})
}

// More was used than allowed, so that nothing remains: no call is made.
func TestBackfillOfNegativeQuota(t *testing.T) {
	fill(t, func(f *filling) {
		f.server.Fail(wechattest.Body(`{"errcode":0,"quota":{"daily_limit":1000,"used":1007,"remain":-7}}`).On(wechat.EndpointQuota))
		f.run("--from=1999-12-01", "--to=1999-12-26", "--datasets=pages", "--app="+appid)
		if got := f.asked(appid, wechat.EndpointVisitPage); len(got) > 0 {
			t.Errorf("asked for %s", got)
		}
		f.expect("backfill is incomplete: 1 of 1 statistics ended early; run it again to continue")
	})
}

// The cohorts that the exporter asks for today are left to it. The others are asked for
// again only when WeChat can tell more.
func TestBackfillOfRetention(t *testing.T) {
	fill(t, func(f *filling) {
		f.run("--from=1999-11-20", "--datasets=retention", "--app="+appid)
		first := f.asked(appid, wechat.EndpointDailyRetention)
		for _, own := range []string{"19991230", "19991229", "19991224", "19991217", "19991201", "19991231"} {
			if slices.Contains(first, own) {
				t.Errorf("asked for the cohort of %s, which is the exporter's today", own)
			}
		}
		if want := 41 - 9; len(first) != want {
			t.Errorf("%d cohorts, want %d: %s", len(first), want, first)
		}
		time.Sleep(24 * time.Hour)
		f.run("--from=1999-11-20", "--datasets=retention", "--app="+appid)
		// 24 December was left out yesterday, as were 1 and 17 December.
		if got, want := fmt.Sprint(f.asked(appid, wechat.EndpointDailyRetention)), "[19991224 19991217 19991201]"; got != want {
			t.Errorf("the next day asked for %s, want %s", got, want)
		}
		time.Sleep(14 * 24 * time.Hour)
		f.run("--from=1999-12-16", "--to=1999-12-18", "--datasets=retention", "--app="+appid)
		if got, want := fmt.Sprint(f.asked(appid, wechat.EndpointDailyRetention)), "[19991218]"; got != want {
			t.Errorf("two weeks later asked for %s, want %s", got, want)
		}
	})
}

// An archive that cannot be written to ends what it concerns.
func TestBackfillWithoutAnArchive(t *testing.T) {
	fill(t, func(f *filling) {
		if err := os.MkdirAll(f.folder, 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(f.folder, appid), []byte("in the way"), 0o600); err != nil {
			t.Fatal(err)
		}
		f.run("--from=1999-12-20", "--to=1999-12-26", "--datasets=pages")
		f.expect("backfill is incomplete: 1 of 2 statistics ended early; run it again to continue",
			otherApp+" pages visit_page: 7 days added, the oldest 1999-12-20; complete from 1999-12-20 on")
		if !strings.Contains(f.out, appid+" pages visit_page: 0 days added; failed at 1999-12-26: ") {
			t.Errorf("output:\n%s", f.out)
		}
	})
}

// After a backfill the exporter shows what it would have shown without one, and asks for the
// same but the days that it need not catch up, whether or not it ran before.
func TestExporterAfterABackfill(t *testing.T) {
	for _, ran := range []bool{true, false} {
		var shown [2]map[string]float64
		var asked [2]string
		for i, filled := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				s.Options.Datasets = wechat.Datasets()
				pollertest.SleepUntil(t, "2000-01-10 11:00")
				if ran {
					s.Start()
				}
				pollertest.SleepUntil(t, "2000-03-20 06:00")
				if filled {
					backfillAll(t, s)
				}
				s.End()
				s.Server.ForgetCalls()
				s.Start()
				pollertest.SleepUntil(t, "2000-03-20 07:30")
				shown[i] = answersIn(s.Gather())
				pollertest.SleepUntil(t, "2000-03-21 14:00")
				for series, value := range answersIn(s.Gather()) {
					shown[i]["later "+series] = value
				}
				asked[i] = s.Calls()
			})
		}
		if !ran { // days that are held make it wait for the publication with the first question
			for i := range 2 {
				maps.DeleteFunc(shown[i], func(series string, _ float64) bool { return !strings.HasPrefix(series, "later ") })
				_, asked[i], _ = strings.Cut(asked[i], "\n03-20 08:38 ")
			}
		}
		if len(shown[0]) < 250 || !maps.Equal(shown[0], shown[1]) {
			t.Errorf("ran before: %v: %d series without a backfill, %d others after one", ran, len(shown[0]), len(shown[1]))
		}
		want := slices.DeleteFunc(strings.Split(asked[0], "\n"), func(call string) bool { return isCaughtUp(call) || isToken(call) })
		got := slices.DeleteFunc(strings.Split(asked[1], "\n"), isToken)
		if !slices.Equal(got, want) {
			t.Errorf("ran before: %v: calls after a backfill:\n%s\nwithout:\n%s", ran, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// backfillAll asks for everything of the last months. It makes at least some hundred calls.
func backfillAll(t *testing.T, s *pollertest.Simulation) {
	t.Helper()
	courses := backfill.Job{
		Archive: s.Archive, Apps: []poller.Source{s.Source(pollertest.AppID)}, Datasets: backfill.Datasets(),
		From: dayNamed(t, "19991001"), To: dayNamed(t, "20000319"),
		Progress: func(backfill.Progress) {}, Warn: func(text string) { t.Error(text) },
	}.Run(t.Context())
	added := 0
	for _, c := range courses {
		added += c.Added
	}
	if added < 6*60 {
		t.Errorf("only %d days added", added)
	}
}

// answersIn returns the series that are known from answers.
func answersIn(series map[string]float64) map[string]float64 {
	maps.DeleteFunc(series, func(series string, _ float64) bool {
		name, _, _ := strings.Cut(series, "{")
		return !slices.ContainsFunc(collector.Families(), func(f *collector.Family) bool {
			return f.Name == name && f.Origin == collector.FromAnswer
		})
	})
	return series
}

func isToken(call string) bool { return strings.HasSuffix(call, " token") }

// isCaughtUp reports whether a call, as Simulation.Calls writes it, asks for a day that only
// an archive without it makes the exporter ask for: those come a minute after all others.
func isCaughtUp(call string) bool {
	return !strings.Contains(call, "user_portrait") && !strings.Contains(call, "quota") && strings.Contains(call, ":09 ")
}

func dayNamed(t *testing.T, text string) wechat.Day {
	t.Helper()
	day, err := wechat.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

// A state that cannot be read while answers are added is marked at the end, and nobody is warned.
func TestMarkIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Options.Datasets = pollertest.Datasets("pages")
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		s.End()
		s.Archive.Interfere(func(_ context.Context, use pollertest.Use) error {
			if use.Kind == "state" {
				return errors.New("input/output error")
			}
			return nil
		})
		to, before := wechat.DayOf(time.Now()).Add(-3), s.Archive.Answers(pollertest.AppID)
		backfill.Job{
			Archive: s.Archive, Apps: []poller.Source{s.Source(pollertest.AppID)}, Datasets: pollertest.Datasets("pages"), From: to, To: to,
			Progress: func(backfill.Progress) {
				if s.Archive.Answers(pollertest.AppID) > before {
					s.Archive.Interfere(nil)
				}
			},
			Warn: func(text string) { t.Error(text) },
		}.Run(t.Context())
		state, err := s.Archive.State(t.Context(), pollertest.AppID)
		if err != nil || state.Backfilled.IsZero() {
			t.Errorf("nothing says that answers were added: %+v, %v", state, err)
		}
	})
}

// A running exporter shows within an hour what a backfill has brought, without a restart.
func TestExporterFindsWhatWasBackfilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Options.Datasets = pollertest.Datasets("pages")
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Server.Fail(wechattest.HTTPStatus(502)) // the exporter does not reach WeChat, the backfill does
		s.Start()
		server := &wechattest.Server{Apps: s.Server.Apps}
		source := s.Source(pollertest.AppID)
		source.API = &wechat.Client{HTTP: &http.Client{Transport: server}, Tokens: &wechat.SecretTokens{
			AppID: pollertest.AppID, HTTP: &http.Client{Transport: server},
			Secret: func() (wechat.Secret, error) { return "0123456789abcdef0123456789abcdef", nil },
		}}
		to := wechat.DayOf(time.Now()).Add(-3)
		backfill.Job{
			Archive: s.Archive, Apps: []poller.Source{source}, Datasets: pollertest.Datasets("pages"), From: to.Add(-3), To: to,
			Progress: func(backfill.Progress) {
				// Even if it were killed now.
				state, err := s.Archive.State(t.Context(), pollertest.AppID)
				if added := s.Archive.Answers(pollertest.AppID) > 0; err != nil || added && state.Backfilled.IsZero() {
					t.Errorf("nothing says that answers were added: %+v, %v", state, err)
				}
			},
			Warn: func(text string) { t.Error(text) },
		}.Run(t.Context())
		time.Sleep(75 * time.Minute)
		synctest.Wait()
		if shown := s.Snapshot(pollertest.AppID).Datasets[0]; shown.End != to {
			t.Errorf("the exporter shows %v, want the newest day that was backfilled, %v", shown.End, to)
		}
	})
}
