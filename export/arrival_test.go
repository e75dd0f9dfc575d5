package export_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/export"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// answerOf names an answer of an endpoint about a day of November 2026.
func answerOf(t *testing.T, endpoint string, day int, answered string) poller.AnswerKey {
	t.Helper()
	named := key(t, day, wechat.Range1Day, answered)
	named.Series = endpoint
	return named
}

func trend(sessions int) string { return fmt.Sprintf(`{"list":[{"session_cnt":%d}]}`, sessions) }

const summary = `{"list":[{"share_pv":3}]}`

// datasetsOf are the options of an export of the datasets of an archive with one app, apart from
// the user portrait.
func datasetsOf(t *testing.T, kept map[poller.AnswerKey]string) export.Options {
	t.Helper()
	o := options(t, answers{appid: kept})
	o.Datasets, o.Every = wechat.Datasets()[1:], 24*time.Hour
	return o
}

// changes returns when the value of a series changes in an export of November, as "day
// hour: value".
func changes(t *testing.T, o export.Options, series string) string {
	t.Helper()
	e := newExport(t, o)
	var all []string
	last := ""
	text := written(t, e, export.Span{From: at(t, "01 00:00:00"), To: at(t, "30 00:00:00")})
	for line := range strings.Lines(text) {
		numbers, ok := strings.CutPrefix(line, series+" ")
		if !ok {
			continue
		}
		var value string
		var seconds float64
		if _, err := fmt.Sscan(numbers, &value, &seconds); err != nil {
			t.Fatal(err)
		}
		if value != last {
			when := wechat.InShanghai(time.UnixMilli(int64(seconds * 1000)))
			all = append(all, when.Format("02 15:04")+": "+value)
		}
		last = value
	}
	return strings.Join(all, ", ")
}

const sessionsOf = `wxapp_sessions{appid="` + appid + `",period="day"}`

// Days that were asked for weeks later, the newest first, are each shown at their own time,
// until the next one. Those that came in time begin when they came.
func TestExportPlacesLateAnswers(t *testing.T) {
	kept := map[poller.AnswerKey]string{
		answerOf(t, wechat.EndpointDailyVisitTrend, 8, "09 11:30:00"):  trend(8),
		answerOf(t, wechat.EndpointDailySummary, 8, "09 11:30:01"):     summary,
		answerOf(t, wechat.EndpointDailyVisitTrend, 12, "13 10:30:00"): trend(12),
		answerOf(t, wechat.EndpointDailySummary, 12, "13 10:30:01"):    summary,
		answerOf(t, wechat.EndpointDailyVisitTrend, 13, "15 09:59:00"): trend(13), // just in time
		answerOf(t, wechat.EndpointDailySummary, 13, "15 09:59:01"):    summary,
		answerOf(t, wechat.EndpointDailyVisitTrend, 13, "15 15:00:00"): trend(14), // revised
	}
	for i, day := range []int{11, 10, 9, 7} {
		kept[answerOf(t, wechat.EndpointDailyVisitTrend, day, fmt.Sprintf("28 03:00:%02d", 2*i))] = trend(day)
		kept[answerOf(t, wechat.EndpointDailySummary, day, fmt.Sprintf("28 03:00:%02d", 2*i+1))] = summary
	}
	const want = "08 10:00: 7, 09 11:30: 8, 10 10:00: 9, 11 10:00: 10, 12 10:00: 11, 13 10:30: 12, 15 09:59: 13, 15 15:00: 14"
	o := datasetsOf(t, kept)
	if got := changes(t, o, sessionsOf); got != want {
		t.Errorf("sessions: %s\nwant      %s", got, want)
	}
	const end = `wxapp_dataset_end_timestamp_seconds{appid="` + appid + `",dataset="visits"}`
	if got := changes(t, o, end); !strings.HasPrefix(got, "08 10:00: 1794067200, 09 11:30: 1794153600, 10 10:00: 1794240000,") {
		t.Errorf("ends: %s", got)
	}
	if from := newExport(t, o).Bounds().From; !from.Equal(at(t, "08 10:00:00")) {
		t.Errorf("the export begins at %s", from)
	}
	const success = `wxapp_last_success_timestamp_seconds{appid="` + appid + `"}`
	if got := changes(t, o, success); !strings.HasPrefix(got, "08 10:00: 1794103200,") {
		t.Errorf("the last success: %s", got)
	}
}

// A slice shows the late days that it lies in, whichever slices were written before.
func TestExportPlacesLateAnswersInEverySlice(t *testing.T) {
	kept := map[poller.AnswerKey]string{}
	for i, day := range []int{11, 10, 9, 7} {
		kept[answerOf(t, wechat.EndpointVisitPage, day, fmt.Sprintf("28 03:00:%02d", i))] = fmt.Sprintf(
			`{"list":[{"page_path":"a","page_visit_pv":%d}]}`, day)
	}
	text := written(t, newExport(t, datasetsOf(t, kept)), day(t, "11"))
	series := `wxapp_page_visits{appid="` + appid + `",page="a",period="day"}`
	got := ""
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, series); ok {
			got += rest
		}
	}
	if want := " 9 1794326400\n 10 1794362400\n"; got != want {
		t.Errorf("the slice has %q, want %q", got, want)
	}
}

// The days before the first answer of one half of a dataset are shown without it: WeChat
// goes back less far for that half.
func TestExportWithoutTheHalfThatIsNotAnswered(t *testing.T) {
	kept := map[poller.AnswerKey]string{answerOf(t, wechat.EndpointDailySummary, 10, "28 04:00:00"): summary}
	for i, day := range []int{11, 10, 9, 8} {
		kept[answerOf(t, wechat.EndpointDailyVisitTrend, day, fmt.Sprintf("28 03:00:%02d", i))] = trend(day)
	}
	if got, want := changes(t, datasetsOf(t, kept), sessionsOf), "09 10:00: 8, 10 10:00: 9, 11 10:00: 10, 12 10:00: 11"; got != want {
		t.Errorf("sessions: %s\nwant      %s", got, want)
	}
}

// A cohort that was asked for late tells each day on which it came again at that day's time.
func TestExportPlacesLateCohorts(t *testing.T) {
	kept := map[poller.AnswerKey]string{}
	for i, day := range []int{6, 5, 4} {
		kept[answerOf(t, wechat.EndpointDailyRetention, day, fmt.Sprintf("28 03:00:%02d", i))] = fmt.Sprintf(
			`{"visit_uv_new":[{"key":0,"value":99},{"key":1,"value":%d},{"key":2,"value":%d},{"key":7,"value":%d}],"visit_uv":[]}`,
			10*day+1, 10*day+2, 10*day+7)
	}
	for days, want := range map[int]string{
		1: "06 10:00: 41, 07 10:00: 51, 08 10:00: 61",
		2: "07 10:00: 42, 08 10:00: 52, 09 10:00: 62",
		7: "12 10:00: 47, 13 10:00: 57, 14 10:00: 67",
	} {
		series := fmt.Sprintf(`wxapp_retained_users{appid="%s",cohort="new",day="%d"}`, appid, days)
		if got := changes(t, datasetsOf(t, kept), series); got != want {
			t.Errorf("after %d days: %s\nwant           %s", days, got, want)
		}
	}
}
