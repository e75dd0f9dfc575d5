package export_test

import (
	"cmp"
	"errors"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/export"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The whole text of a day: families and series in one piece each, times in order.
func TestText(t *testing.T) {
	archive := answers{
		appid: {
			key(t, 21, 1, "22 10:00:00"): `{"visit_uv":{"genders":[{"id":1,"name":"男","value":3}],
				"devices":[{"name":"a","value":1},{"name":"b\\\"","value":2}]}}`,
			key(t, 22, 1, "23 10:00:00.0000005"): `{"visit_uv":{"genders":[{"id":1,"name":"男","value":4},{"id":2,"name":"女","value":5}]}}`,
			key(t, 22, 7, "23 10:00:01.25"):      `{"visit_uv_new":{"genders":[{"id":2,"name":"女","value":6}]}}`,
		},
		"wxb": {key(t, 22, 1, "23 09:00:00"): `{"visit_uv":{"genders":[{"id":1,"name":"男","value":7}]}}`},
	}
	o := options(t, archive)
	o.Apps = []collector.App{{ID: appid, Name: `鲜果"到\家`}, {ID: "wxb", Name: "wxb"}, {ID: "wxwithout", Name: "none"}}
	o.Dimensions = []wechat.Dimension{wechat.Device, wechat.Gender}
	o.Top = map[wechat.Dimension]int{wechat.Device: 1}
	o.Every = 8 * time.Hour
	o.Labels = []export.Label{{Name: "job", Value: `w"x`}, {Name: "abc", Value: "1"}}
	const want = `# HELP wxapp_users Users of the Mini Program, de-duplicated within the range of days. Never add up across metric, dimension or range.
# TYPE wxapp_users gauge
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="device",job="w\"x",metric="visit_uv",name="b\\\"",range="1d"} 2 1795363200
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="device",job="w\"x",metric="visit_uv",name="b\\\"",range="1d"} 2 1795392000
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="gender",job="w\"x",metric="visit_uv",name="男",range="1d"} 3 1795363200
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="gender",job="w\"x",metric="visit_uv",name="男",range="1d"} 3 1795392000
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="gender",job="w\"x",metric="visit_uv",name="男",range="1d"} 4 1795399200.001
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="gender",job="w\"x",metric="visit_uv",name="男",range="1d"} 4 1795420800
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="gender",job="w\"x",metric="visit_uv",name="女",range="1d"} 5 1795399200.001
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="gender",job="w\"x",metric="visit_uv",name="女",range="1d"} 5 1795420800
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="gender",job="w\"x",metric="visit_uv_new",name="女",range="7d"} 6 1795399201.250
wxapp_users{abc="1",appid="wx0123456789abcdef",dimension="gender",job="w\"x",metric="visit_uv_new",name="女",range="7d"} 6 1795420800
wxapp_users{abc="1",appid="wxb",dimension="gender",job="w\"x",metric="visit_uv",name="男",range="1d"} 7 1795395600
wxapp_users{abc="1",appid="wxb",dimension="gender",job="w\"x",metric="visit_uv",name="男",range="1d"} 7 1795420800
`
	got := written(t, newExport(t, o), day(t, "23"))
	users, rest := got, ""
	if len(got) > len(want) {
		users, rest = got[:len(want)], got[len(want):]
	}
	if users != want {
		t.Errorf("users are\n%s\nwant\n%s", users, want)
	}
	const wantRest = `# HELP wxapp_data_begin_timestamp_seconds Start of the window that wxapp_users covers: 00:00 of its first day in Asia/Shanghai.
# TYPE wxapp_data_begin_timestamp_seconds gauge
wxapp_data_begin_timestamp_seconds{abc="1",appid="wx0123456789abcdef",job="w\"x",range="1d"} 1795190400 1795363200
wxapp_data_begin_timestamp_seconds{abc="1",appid="wx0123456789abcdef",job="w\"x",range="1d"} 1795190400 1795392000
`
	if len(rest) < len(wantRest) || rest[:len(wantRest)] != wantRest {
		t.Errorf("after the users comes\n%s\nwant\n%s", rest, wantRest)
	}
}

// What else is known of an app, and where the provinces are, comes after the users.
func TestOtherMetrics(t *testing.T) {
	archive := answers{appid: {
		key(t, 21, 1, "22 10:00:00"): came(1),
		key(t, 22, 1, "23 10:00:00"): nobody,
		key(t, 22, 7, "23 11:00:00"): came(2),
	}}
	o := options(t, archive)
	o.Every = 12 * time.Hour
	const want = `# HELP wxapp_users Users of the Mini Program, de-duplicated within the range of days. Never add up across metric, dimension or range.
# TYPE wxapp_users gauge
wxapp_users{appid="wx0123456789abcdef",dimension="province",metric="visit_uv",name="广东省",range="1d"} 1 1795363200
wxapp_users{appid="wx0123456789abcdef",dimension="province",metric="visit_uv",name="广东省",range="7d"} 2 1795402800
wxapp_users{appid="wx0123456789abcdef",dimension="province",metric="visit_uv",name="广东省",range="7d"} 2 1795406400
# HELP wxapp_data_begin_timestamp_seconds Start of the window that wxapp_users covers: 00:00 of its first day in Asia/Shanghai.
# TYPE wxapp_data_begin_timestamp_seconds gauge
wxapp_data_begin_timestamp_seconds{appid="wx0123456789abcdef",range="1d"} 1795190400 1795363200
wxapp_data_begin_timestamp_seconds{appid="wx0123456789abcdef",range="1d"} 1795276800 1795399200
wxapp_data_begin_timestamp_seconds{appid="wx0123456789abcdef",range="1d"} 1795276800 1795406400
wxapp_data_begin_timestamp_seconds{appid="wx0123456789abcdef",range="7d"} 1794758400 1795402800
wxapp_data_begin_timestamp_seconds{appid="wx0123456789abcdef",range="7d"} 1794758400 1795406400
# HELP wxapp_data_end_timestamp_seconds End of the window that wxapp_users covers: 24:00 of its last day in Asia/Shanghai.
# TYPE wxapp_data_end_timestamp_seconds gauge
wxapp_data_end_timestamp_seconds{appid="wx0123456789abcdef",range="1d"} 1795276800 1795363200
wxapp_data_end_timestamp_seconds{appid="wx0123456789abcdef",range="1d"} 1795363200 1795399200
wxapp_data_end_timestamp_seconds{appid="wx0123456789abcdef",range="1d"} 1795363200 1795406400
wxapp_data_end_timestamp_seconds{appid="wx0123456789abcdef",range="7d"} 1795363200 1795402800
wxapp_data_end_timestamp_seconds{appid="wx0123456789abcdef",range="7d"} 1795363200 1795406400
# HELP wxapp_app_info Name of the app, or its appid if it has no name. Always 1.
# TYPE wxapp_app_info gauge
wxapp_app_info{app="wx0123456789abcdef",appid="wx0123456789abcdef"} 1 1795363200
wxapp_app_info{app="wx0123456789abcdef",appid="wx0123456789abcdef"} 1 1795399200
wxapp_app_info{app="wx0123456789abcdef",appid="wx0123456789abcdef"} 1 1795402800
wxapp_app_info{app="wx0123456789abcdef",appid="wx0123456789abcdef"} 1 1795406400
# HELP wxapp_last_success_timestamp_seconds When the last answer with data was stored.
# TYPE wxapp_last_success_timestamp_seconds gauge
wxapp_last_success_timestamp_seconds{appid="wx0123456789abcdef"} 1795312800 1795363200
wxapp_last_success_timestamp_seconds{appid="wx0123456789abcdef"} 1795312800 1795399200
wxapp_last_success_timestamp_seconds{appid="wx0123456789abcdef"} 1795402800 1795402800
wxapp_last_success_timestamp_seconds{appid="wx0123456789abcdef"} 1795402800 1795406400
`
	if got := written(t, newExport(t, o), day(t, "23")); got != want+"# EOF\n" {
		t.Errorf("got\n%s\nwant\n%s", got, want+"# EOF\n")
	}

	o.Locations = true
	got := written(t, newExport(t, o), day(t, "23"))
	const wantFirst = `# HELP wxapp_location_info Coordinates of a province in degrees, and its English name; one series for its long and one for its short name. Always 1.
# TYPE wxapp_location_info gauge
wxapp_location_info{dimension="province",english="Beijing",latitude="39.90",longitude="116.41",name="北京市"} 1 1795363200
wxapp_location_info{dimension="province",english="Beijing",latitude="39.90",longitude="116.41",name="北京市"} 1 1795399200
wxapp_location_info{dimension="province",english="Beijing",latitude="39.90",longitude="116.41",name="北京市"} 1 1795402800
wxapp_location_info{dimension="province",english="Beijing",latitude="39.90",longitude="116.41",name="北京市"} 1 1795406400
`
	if len(got) < len(want+wantFirst) || got[:len(want)] != want || got[len(want):len(want+wantFirst)] != wantFirst {
		t.Errorf("with places, it is\n%s\nwant at the end\n%s", got, wantFirst)
	}
}

// A sample lasts from its answer to the next one of the range, or until it is withdrawn.
func TestWhatIsShownWhen(t *testing.T) {
	for name, test := range map[string]struct {
		archive map[poller.AnswerKey]string
		maxAge  time.Duration // default 168h
		want    string        // on November 23 and 24
		byDay   string        // the same, a day after the other. Default: want
	}{
		"nothing before the first answer": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "23 10:00:00"): came(1)},
			want:    "1 at 23 10:00:00, 1 at 23 12:00:00, 1 at 23 18:00:00, 1 at 24 00:00:00, 1 at 24 06:00:00, 1 at 24 12:00:00, 1 at 24 18:00:00",
		},
		"the next day takes its place": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "23 18:00:00"): came(1), key(t, 23, 1, "24 12:00:00"): came(2)},
			want:    "1 at 23 18:00:00, 1 at 24 00:00:00, 1 at 24 06:00:00, 2 at 24 12:00:00, 2 at 24 18:00:00",
		},
		"a revised answer counts from its own time": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "23 18:00:00"): came(1), key(t, 22, 1, "24 10:00:00"): came(3)},
			want:    "1 at 23 18:00:00, 1 at 24 00:00:00, 1 at 24 06:00:00, 3 at 24 10:00:00, 3 at 24 12:00:00, 3 at 24 18:00:00",
		},
		"a revised answer to an older window is not shown": {
			archive: map[poller.AnswerKey]string{key(t, 23, 1, "24 09:00:00"): came(1), key(t, 22, 1, "24 10:00:00"): came(3)},
			want:    "1 at 24 09:00:00, 1 at 24 12:00:00, 1 at 24 18:00:00",
		},
		"nor at the begin of a slice": {
			archive: map[poller.AnswerKey]string{key(t, 21, 1, "22 09:00:00"): came(1), key(t, 20, 1, "22 10:00:00"): came(3), key(t, 22, 1, "23 06:00:00"): came(2)},
			maxAge:  48 * time.Hour,
			want:    "1 at 23 00:00:00, 2 at 23 06:00:00, 2 at 23 12:00:00, 2 at 23 18:00:00, 2 at 24 00:00:00, 2 at 24 06:00:00, 2 at 24 12:00:00, 2 at 24 18:00:00",
		},
		"an empty answer does not take the place of numbers": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "23 18:00:00"): came(1), key(t, 22, 1, "23 20:00:00"): nobody, key(t, 22, 1, "24 10:00:00"): nobody},
			want:    "1 at 23 18:00:00, 1 at 24 00:00:00, 1 at 24 06:00:00, 1 at 24 12:00:00, 1 at 24 18:00:00",
		},
		"a day on which nobody came does": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "23 18:00:00"): came(1), key(t, 23, 1, "24 10:00:00"): nobody},
			want:    "1 at 23 18:00:00, 1 at 24 00:00:00, 1 at 24 06:00:00",
		},
		"what is too old is withdrawn": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "23 10:00:00"): came(1)},
			maxAge:  36 * time.Hour,
			want:    "1 at 23 10:00:00, 1 at 23 12:00:00, 1 at 23 18:00:00, 1 at 24 00:00:00, 1 at 24 06:00:00",
		},
		"what was too old when it came is never shown": {
			archive: map[poller.AnswerKey]string{key(t, 21, 1, "23 10:00:00"): came(1)},
			maxAge:  12 * time.Hour,
		},
		"a name that is gone is not shown beside the others": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "23 17:00:00"): both(1, 2), key(t, 23, 1, "24 00:04:59"): came(3)},
			want:    "1 at 23 17:00:00, 1 at 23 18:00:00, 1 at 24 00:00:00, 3 at 24 00:04:59, 3 at 24 06:00:00, 3 at 24 12:00:00, 3 at 24 18:00:00, 2 at 23 17:00:00, 2 at 23 18:00:00",
			byDay:   "1 at 23 17:00:00, 1 at 23 18:00:00, 2 at 23 17:00:00, 2 at 23 18:00:00, 1 at 24 00:00:00, 3 at 24 00:04:59, 3 at 24 06:00:00, 3 at 24 12:00:00, 3 at 24 18:00:00",
		},
		"nor when it goes soon after midnight": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "23 23:58:00"): both(1, 2), key(t, 23, 1, "24 00:02:00"): came(3)},
			want:    "1 at 23 23:58:00, 1 at 24 00:00:00, 3 at 24 00:02:00, 3 at 24 06:00:00, 3 at 24 12:00:00, 3 at 24 18:00:00",
		},
		"two answers within a second": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "24 18:00:00"): both(1, 2), key(t, 23, 1, "24 18:00:01"): came(2)},
			want:    "1 at 24 18:00:00, 2 at 24 18:00:01",
		},
		"two answers within a millisecond": {
			archive: map[poller.AnswerKey]string{key(t, 22, 1, "24 18:00:00.0001"): came(1), key(t, 23, 1, "24 18:00:00.0002"): came(2)},
			want:    "2 at 24 18:00:00.001",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, answers{appid: test.archive})
			if test.maxAge > 0 {
				o.MaxAge = test.maxAge
			}
			e := newExport(t, o)
			together := export.Span{From: day(t, "23").From, To: day(t, "24").To}
			if got := values(t, written(t, e, together)); got != test.want {
				t.Errorf("together: %s\nwant      %s", got, test.want)
			}
			first, second := values(t, written(t, e, day(t, "23"))), values(t, written(t, e, day(t, "24")))
			got := first + ", " + second
			if first == "" || second == "" {
				got = first + second
			}
			if want := cmp.Or(test.byDay, test.want); got != want {
				t.Errorf("by day:   %s\nwant      %s", got, want)
			}
		})
	}
}

// Nothing is known of what comes after the export.
func TestNow(t *testing.T) {
	o := options(t, answers{appid: {key(t, 22, 1, "23 10:00:00"): came(1)}})
	o.Now = at(t, "23 18:00:00")
	e := newExport(t, o)
	if got, want := values(t, written(t, e, day(t, "23"))), "1 at 23 10:00:00, 1 at 23 12:00:00"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := e.Bounds(); !got.From.Equal(at(t, "23 10:00:00")) || !got.To.Equal(o.Now) {
		t.Errorf("bounds are %v", got)
	}
	o.Now = at(t, "30 18:00:00")
	if got := newExport(t, o).Bounds(); !got.To.Equal(at(t, "30 00:00:00")) {
		t.Errorf("bounds end at %v, want a week after the window", got.To)
	}
	if got := newExport(t, options(t, answers{})).Bounds(); !got.From.IsZero() {
		t.Errorf("bounds of nothing are %v", got)
	}
}

type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFailedWrite(t *testing.T) {
	e := newExport(t, options(t, answers{appid: {key(t, 22, 1, "23 10:00:00"): came(1)}}))
	if _, err := e.Write(t.Context(), full{}, day(t, "23")); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}
