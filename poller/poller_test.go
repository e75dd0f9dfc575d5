package poller_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

const (
	appid      = pollertest.AppID
	guangdong  = `wxapp_users{appid="wx0123456789abcdef",dimension="province",metric="visit_uv",name="广东省",range="1d"}`
	dataEnd1d  = `wxapp_data_end_timestamp_seconds{appid="wx0123456789abcdef",range="1d"}`
	dataEnd30d = `wxapp_data_end_timestamp_seconds{appid="wx0123456789abcdef",range="30d"}`
	isUp       = `wxapp_up{appid="wx0123456789abcdef"}`
)

func failures(reason string) string {
	return fmt.Sprintf(`wxapp_poll_failures_total{appid="wx0123456789abcdef",reason=%q}`, reason)
}

// failing is the series that says why a dataset fails.
func failing(dataset, reason string) string {
	return fmt.Sprintf(`wxapp_failing{appid="wx0123456789abcdef",dataset=%q,reason=%q}`, dataset, reason)
}

func timestamp(t *testing.T, shanghai string) float64 {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04 -0700", shanghai+" +0800")
	if err != nil {
		t.Fatal(err)
	}
	return float64(at.Unix())
}

func expectValue(t *testing.T, values map[string]float64, series string, want float64) {
	t.Helper()
	if got, ok := values[series]; !ok || got != want {
		t.Errorf("%s = %v (present: %v), want %v", series, got, ok, want)
	}
}

func expectAbsent(t *testing.T, values map[string]float64, series string) {
	t.Helper()
	if got, ok := values[series]; ok {
		t.Errorf("%s = %v, want it absent", series, got)
	}
}

// Every failure is counted under its reason, keeps the last good data, is logged once
// with a remedy, and ends by itself when the cause is gone.
func TestFailures(t *testing.T) {
	tests := []struct {
		fault  wechattest.Fault
		reason string
	}{
		{wechattest.Errcode(-1), "busy"},
		{wechattest.HTTPStatus(502), "busy"},
		{wechattest.CutBody(), "busy"},
		{wechattest.HangUp(), "busy"},
		{wechattest.Hang(), "busy"},
		{wechattest.HTML(), "decode"},
		{wechattest.Garbage(), "decode"},
		{wechattest.Retention().On("user_portrait"), "decode"},
		{wechattest.Errcode(40001).On("user_portrait"), "token"},
		{wechattest.Errcode(45009), "quota"},
		{wechattest.Errcode(45011), "quota"},
		{wechattest.Errcode(40125).On("token"), "credentials"},
		{wechattest.Errcode(40164).On("token"), "allowlist"},
		{wechattest.Errcode(48001).On("user_portrait"), "permission"},
		{wechattest.Errcode(50002).On("token"), "account"},
		{wechattest.Errcode(89507).On("token"), "pending"},
		{wechattest.Errcode(61501).On("user_portrait"), "request"},
		{wechattest.HTTPStatus(302), "request"},
		{wechattest.HTTPStatus(412), "request"},
	}
	for i, test := range tests {
		t.Run(fmt.Sprintf("%d %s", i, test.reason), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				pollertest.SleepUntil(t, "2000-01-10 16:00")
				s.Start()
				before := s.Gather()
				expectValue(t, before, isUp, 1)
				expectValue(t, before, failures(test.reason), 0)

				s.Log.Reset()
				s.Server.ForgetCalls()
				s.Server.Fail(test.fault)
				pollertest.SleepUntil(t, "2000-01-12 07:00")
				broken := s.Gather()
				expectValue(t, broken, isUp, 0)
				expectValue(t, broken, guangdong, before[guangdong])
				expectValue(t, broken, dataEnd1d, timestamp(t, "2000-01-10 00:00"))
				for _, class := range wechat.FailureReasons() {
					if counted := broken[failures(string(class))] > 0; counted != (string(class) == test.reason) {
						t.Errorf("failures of class %s: %v", class, broken[failures(string(class))])
					}
					if _, fails := broken[failing(wechat.UserPortrait, string(class))]; fails != (string(class) == test.reason) {
						t.Errorf("the user portrait fails because of %s: %v", class, fails)
					}
				}
				if lines := strings.Count(s.Log.String(), "\n"); lines != 1 || !strings.Contains(s.Log.String(), "remedy=") {
					t.Errorf("%d lines are logged, want one with a remedy:\n%s", lines, s.Log)
				}
				if calls := len(s.Server.Calls()); calls > 120 {
					t.Errorf("%d calls in 39 hours of failures", calls)
				}

				s.Log.Reset()
				s.Server.ClearFaults()
				pollertest.SleepUntil(t, "2000-01-13 16:00")
				healed := s.Gather()
				expectValue(t, healed, isUp, 1)
				expectAbsent(t, healed, failing(wechat.UserPortrait, test.reason))
				expectValue(t, healed, dataEnd1d, timestamp(t, "2000-01-13 00:00"))
				if !strings.Contains(s.Log.String(), "poll succeeded again") {
					t.Errorf("the log does not say that polls succeed again:\n%s", s.Log)
				}
			})
		})
	}
}

// After the quota of the day is used up, nothing is asked for until the next day.
func TestQuotaOfTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Fail(wechattest.Errcode(45009).On("user_portrait"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		pollertest.SleepUntil(t, "2000-01-11 07:00")
		s.ExpectCalls(`
01-10 16:00 token
01-10 16:00 user_portrait 19991210-20000108
01-11 00:05 token
01-11 00:05 user_portrait 19991211-20000109
`)
	})
}

// One window that fails keeps no other from being asked for.
func TestOneWindowFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Fail(wechattest.HTML().On("user_portrait").Times(1))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		values := s.Gather()
		expectValue(t, values, isUp, 0)
		expectValue(t, values, dataEnd1d, timestamp(t, "2000-01-10 00:00"))
		pollertest.SleepUntil(t, "2000-01-10 16:01")
		s.ExpectCalls(`
01-10 16:00 token
01-10 16:00 user_portrait 19991210-20000108
01-10 16:00 user_portrait 20000102-20000108
01-10 16:00 user_portrait 20000108-20000108
01-10 16:00 user_portrait 19991211-20000109
01-10 16:00 user_portrait 20000103-20000109
01-10 16:00 user_portrait 20000109-20000109
01-10 16:00 quota
01-10 16:00 user_portrait 19991210-20000108
`)
		expectValue(t, s.Gather(), isUp, 1)
	})
}

// Apps that hang, fail or send nonsense neither delay nor harm the others.
func TestAppsAreIsolated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hanging, refused, unusable, fine = "wx0000000000000001", "wx0000000000000002", "wx0000000000000003", "wx0000000000000004"
		s := pollertest.New(t, hanging, refused, unusable, fine)
		s.Server.Fail(wechattest.Hang().For(hanging))
		s.Server.Fail(wechattest.Errcode(40013).For(refused))
		s.Server.Fail(wechattest.UnusableRows().For(unusable))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()

		values := s.Gather()
		for _, id := range []string{unusable, fine} {
			expectValue(t, values, fmt.Sprintf(`wxapp_up{appid=%q}`, id), 1)
			expectValue(t, values, fmt.Sprintf(`wxapp_data_end_timestamp_seconds{appid=%q,range="1d"}`, id), timestamp(t, "2000-01-10 00:00"))
		}
		expectValue(t, values, fmt.Sprintf(`wxapp_up{appid=%q}`, refused), 0)
		expectAbsent(t, values, fmt.Sprintf(`wxapp_up{appid=%q}`, hanging))
		if values[fmt.Sprintf(`wxapp_rows_rejected_total{appid=%q}`, unusable)] == 0 {
			t.Error("no unusable row was rejected")
		}
		expectValue(t, values, fmt.Sprintf(`wxapp_rows_rejected_total{appid=%q}`, fine), 0)
	})
}

// Many apps that hang do not delay the polls of those that do not.
func TestHangingAppsDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ids := []string{appid}
		for i := range 30 {
			ids = append(ids, fmt.Sprintf("wxa%015x", i))
		}
		s := pollertest.New(t, ids...)
		for _, id := range ids[1:] {
			s.Server.Fail(wechattest.Hang().For(id))
		}
		pollertest.SleepUntil(t, "2000-01-10 07:00")
		s.Start()
		for range 6 {
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			due := s.Snapshot(appid).NextPoll
			time.Sleep(time.Until(due) + time.Second)
			synctest.Wait()
			if polled := s.Snapshot(appid).LastPoll; polled.Sub(due) > time.Second || polled.Before(due) {
				t.Fatalf("the poll that was due at %s ended at %s", due, polled)
			}
		}
	})
}

func TestHundredApps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ids := make([]string, 100)
		for i := range ids {
			ids[i] = fmt.Sprintf("wx%016x", i)
		}
		s := pollertest.New(t, ids...)
		s.Server.Latency = 50 * time.Millisecond
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for _, snapshot := range s.Store.Snapshots() {
			if len(snapshot.Portrait().Held) != len(wechat.PortraitRanges()) || snapshot.Status != collector.StatusUp {
				t.Errorf("%s: the first round is not over after 10 s", snapshot.App.ID)
			}
		}
		if n := s.Server.MaxInFlight(); n > 8 {
			t.Errorf("%d requests were under way at once, want at most 8", n)
		}
	})
}

// Numbers that WeChat revises are read once more on the day after, and both answers
// are kept.
func TestRevision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Revised = func(_ string, day time.Time) time.Time { return day.Add(40 * time.Hour) }
		s.Server.Published = func(_ string, day time.Time) time.Time { return day.Add(34 * time.Hour) }
		pollertest.SleepUntil(t, "2000-01-10 10:30")
		s.Start()
		first := s.Gather()
		pollertest.SleepUntil(t, "2000-01-11 09:00") // the day before is not published again until 10:00
		revised := s.Gather()
		expectValue(t, revised, dataEnd1d, first[dataEnd1d])
		if first[guangdong] == revised[guangdong] {
			t.Errorf("%s = %v before and after the revision", guangdong, first[guangdong])
		}
		w := wechat.Window{End: wechat.DayOf(time.Now()).Add(-2), Range: wechat.Range1Day}
		if n := s.Archive.Count(appid, w); n != 2 {
			t.Errorf("%d answers for %s in the archive, want 2", n, w)
		}
	})
}

// An answer without rows for the shortest window means that nobody came, once the
// longest one has data.
func TestNobodyCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Nobody = func(_ string, day time.Time) bool { return wechat.DayOf(day).String() == "20000109" }
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		values := s.Gather()
		expectAbsent(t, values, guangdong)
		expectValue(t, values, dataEnd1d, timestamp(t, "2000-01-10 00:00"))
		s.Server.ForgetCalls()
		pollertest.SleepUntil(t, "2000-01-11 00:00")
		s.ExpectCalls("")
	})
}

// An app that never has a user is asked for rarely, and its empty answers are accepted in
// the afternoon.
func TestNobodyEverCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Nobody = func(string, time.Time) bool { return true }
		pollertest.SleepUntil(t, "2000-01-10 00:30")
		s.Start()
		pollertest.SleepUntil(t, "2000-01-10 13:59")
		expectAbsent(t, s.Gather(), dataEnd30d)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		expectValue(t, s.Gather(), dataEnd30d, timestamp(t, "2000-01-09 00:00"))
		expectValue(t, s.Gather(), isUp, 1)
		s.Server.ForgetCalls()
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		s.ExpectCalls(`
01-10 16:08 user_portrait 19991211-20000109
01-10 20:08 token
01-10 20:08 user_portrait 19991211-20000109
01-11 08:08 token
01-11 08:08 user_portrait 19991211-20000109
01-11 08:08 user_portrait 19991212-20000110
01-11 08:08 quota
01-11 09:08 user_portrait 19991211-20000109
01-11 10:08 token
01-11 10:08 user_portrait 19991211-20000109
01-11 11:08 user_portrait 19991211-20000109
01-11 12:08 token
01-11 12:08 user_portrait 19991211-20000109
01-11 12:08 user_portrait 19991212-20000110
01-11 13:08 user_portrait 19991211-20000109
01-11 14:08 token
01-11 14:08 user_portrait 19991211-20000109
01-11 14:08 user_portrait 20000103-20000109
01-11 14:08 user_portrait 20000109-20000109
`)
	})
}

// errcode 61503 is no failure and is asked again, for a short window, too.
func TestNotReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.NotReady = func(string, time.Time) bool { return true }
		pollertest.SleepUntil(t, "2000-01-10 09:00")
		s.Start()
		expectValue(t, s.Gather(), isUp, 1)
		expectValue(t, s.Gather(), dataEnd30d, timestamp(t, "2000-01-09 00:00"))
		pollertest.SleepUntil(t, "2000-01-10 10:01")
		expectValue(t, s.Gather(), dataEnd30d, timestamp(t, "2000-01-10 00:00"))
	})
}

// A restart with an archive shows what was shown before and asks for nothing that is
// not due.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 09:00") // waits for publication from now on
		s.Start()
		before := s.Gather()
		for range 5 {
			s.End()
			s.Server.ForgetCalls()
			time.Sleep(time.Minute)
			s.Start()
			s.ExpectCalls("")
			after := s.Gather()
			for series, value := range before {
				if !strings.HasPrefix(series, "wxapp_api_request") && !strings.HasPrefix(series, "wxapp_archive") && !strings.HasPrefix(series, "wxapp_token") {
					expectValue(t, after, series, value)
				}
			}
		}
		pollertest.SleepUntil(t, "2000-01-10 09:30")
		s.ExpectCalls(`
01-10 09:30 token
01-10 09:30 user_portrait 19991211-20000109
`)
	})
}

// While a poll is due, restored data do not make an app up.
func TestRestartWhenPollIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		before := s.Gather()
		s.End()
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		s.Server.Fail(wechattest.Hang())
		s.Start()
		values := s.Gather()
		expectValue(t, values, guangdong, before[guangdong])
		expectAbsent(t, values, isUp)
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		expectValue(t, s.Gather(), isUp, 0)
	})
}

// The last answers are found however long ago they came, although a restart lists the last months
// only: their numbers are too old to be shown, but which day they are for is known.
func TestRestartAfterAYear(t *testing.T) {
	inDatasets(t, "2000-01-10 16:00", optional(), func(s *pollertest.Simulation) {
		s.Start()
		before := s.Gather()
		s.End()
		s.Server.Fail(wechattest.HTTPStatus(502))
		pollertest.SleepUntil(t, "2001-02-10 16:00")
		s.Start()
		after, ends := s.Gather(), 0
		for series, value := range before {
			if strings.HasPrefix(series, "wxapp_data_end_timestamp_seconds{") || strings.HasPrefix(series, "wxapp_dataset_end_timestamp_seconds{") {
				expectValue(t, after, series, value)
				ends++
			}
		}
		if ends < 6 {
			t.Errorf("%d ends are shown", ends)
		}
		expectAbsent(t, after, guangdong)
	})
}

// Numbers that are too old are withdrawn, but not the day that they were for.
func TestMaxAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		s.Server.Fail(wechattest.Errcode(40013))
		pollertest.SleepUntil(t, "2000-01-16 23:59")
		before := s.Gather()
		if _, ok := before[guangdong]; !ok {
			t.Error("numbers are withdrawn too early")
		}
		pollertest.SleepUntil(t, "2000-01-17 02:00")
		after := s.Gather()
		expectAbsent(t, after, guangdong)
		expectValue(t, after, dataEnd1d, timestamp(t, "2000-01-10 00:00"))
		expectValue(t, after, isUp, 0)
	})
}

func TestTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Options.Top = map[wechat.Dimension]int{wechat.City: 3}
		s.Options.Dimensions = []wechat.Dimension{wechat.City, wechat.Platform}
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()

		count := map[string]int{}
		for series := range s.Gather() {
			if strings.HasPrefix(series, "wxapp_users{") && strings.Contains(series, `metric="visit_uv",`) && strings.Contains(series, `range="7d"`) {
				_, rest, _ := strings.Cut(series, `dimension="`)
				dimension, _, _ := strings.Cut(rest, `"`)
				count[dimension]++
			}
		}
		if count["city"] != 3 || count["platform"] < 2 || len(count) != 2 {
			t.Errorf("names per dimension: %v; want 3 cities, all platforms and nothing else", count)
		}
		values := s.Gather()
		if dropped := values[`wxapp_names_dropped{appid="wx0123456789abcdef",dimension="city",metric="visit_uv",range="7d"}`]; dropped < 100 {
			t.Errorf("%v names dropped", dropped)
		}
		expectAbsent(t, values, `wxapp_names_dropped{appid="wx0123456789abcdef",dimension="platform",metric="visit_uv",range="7d"}`)
	})
}

// An archive that cannot be written is a warning and a metric. Nothing that is in
// memory is lost when it can be written again.
func TestBrokenArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Archive.BreakWrites(errors.New("disk full"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		values := s.Gather()
		expectValue(t, values, isUp, 1)
		if values["wxapp_archive_failures_total{}"] == 0 {
			t.Error("no failure is counted")
		}
		if n := strings.Count(s.Log.String(), "archive write failed"); n != 1 || !strings.Contains(s.Log.String(), "disk full") {
			t.Errorf("%d warnings, want one:\n%s", n, s.Log)
		}

		s.Archive.BreakWrites(nil)
		pollertest.SleepUntil(t, "2000-01-11 09:00")
		for _, length := range wechat.PortraitRanges() {
			for _, ago := range []int{-2, -3} {
				w := wechat.Window{End: wechat.DayOf(time.Now()).Add(ago), Range: length}
				if n := s.Archive.Count(appid, w); n != 1 {
					t.Errorf("%d answers for %s in the archive, want 1", n, w)
				}
			}
		}
		if !strings.Contains(s.Log.String(), "the archive works again") {
			t.Errorf("the log does not say that the archive healed:\n%s", s.Log)
		}
	})
}

// A damaged archived answer costs only its window, which is asked for again.
func TestDamagedArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		s.End()
		s.Archive.Replace(appid, wechat.Window{End: wechat.DayOf(time.Now()).Add(-1), Range: wechat.Range7Days}, []byte("{"))
		s.Server.ForgetCalls()
		s.Start()
		s.ExpectCalls(`
01-10 16:00 token
01-10 16:00 user_portrait 20000103-20000109
`)
	})
}

// Why an app fails is known from its first poll on, and so is why a dataset fails beside it.
func TestFailingFromTheStart(t *testing.T) {
	inDatasets(t, "2000-01-10 16:00", optional(), func(s *pollertest.Simulation) {
		s.Server.Fail(wechattest.Errcode(48001).On("user_portrait"))
		s.Server.Fail(wechattest.Errcode(45009).On("visit_page"))
		s.Start()
		values := s.Gather()
		expectValue(t, values, isUp, 0)
		expectValue(t, values, failing(wechat.UserPortrait, "permission"), 1)
		expectValue(t, values, failing("pages", "quota"), 1)
		expectAbsent(t, values, failing("visits", "permission"))
	})
}
