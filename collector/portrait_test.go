package collector_test

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// The documented answer, as one of a week.
func TestPortraitText(t *testing.T) {
	expectText(t, wechat.UserPortrait, limits{wechat.Device: 20}, []answered{{
		"7d", "20170313",
		`{"ref_date":"20170307-20170313","visit_uv_new":{"province":[{"id":31,"name":"广东省","value":215}],"city":[{"id":3102,"name":"广州","value":78}],` +
			`"genders":[{"id":1,"name":"男","value":2146}],"platforms":[{"id":1,"name":"iPhone","value":27642}],` +
			`"devices":[{"name":"OPPO R9","value":61}],"ages":[{"id":1,"name":"17岁以下","value":151}]},` +
			`"visit_uv":{"province":[{"id":31,"name":"广东省","value":1341}],"city":[{"id":3102,"name":"广州","value":234}],` +
			`"genders":[{"id":1,"name":"男","value":14534}],"platforms":[{"id":1,"name":"iPhone","value":21750}],` +
			`"devices":[{"name":"OPPO R9","value":617}],"ages":[{"id":1,"name":"17岁以下","value":3156}]}}`,
	}}, `
wxapp_users{appid="wxa",dimension="age",metric="visit_uv",name="17岁以下",range="7d"} 3156
wxapp_users{appid="wxa",dimension="age",metric="visit_uv_new",name="17岁以下",range="7d"} 151
wxapp_users{appid="wxa",dimension="city",metric="visit_uv",name="广州",range="7d"} 234
wxapp_users{appid="wxa",dimension="city",metric="visit_uv_new",name="广州",range="7d"} 78
wxapp_users{appid="wxa",dimension="device",metric="visit_uv",name="OPPO R9",range="7d"} 617
wxapp_users{appid="wxa",dimension="device",metric="visit_uv_new",name="OPPO R9",range="7d"} 61
wxapp_users{appid="wxa",dimension="gender",metric="visit_uv",name="男",range="7d"} 14534
wxapp_users{appid="wxa",dimension="gender",metric="visit_uv_new",name="男",range="7d"} 2146
wxapp_users{appid="wxa",dimension="platform",metric="visit_uv",name="iPhone",range="7d"} 21750
wxapp_users{appid="wxa",dimension="platform",metric="visit_uv_new",name="iPhone",range="7d"} 27642
wxapp_users{appid="wxa",dimension="province",metric="visit_uv",name="广东省",range="7d"} 1341
wxapp_users{appid="wxa",dimension="province",metric="visit_uv_new",name="广东省",range="7d"} 215
wxapp_data_begin_timestamp_seconds{appid="wxa",range="7d"} 1488816000
wxapp_data_end_timestamp_seconds{appid="wxa",range="7d"} 1489420800
wxapp_names_dropped{appid="wxa",dimension="device",metric="visit_uv",range="7d"} 0
wxapp_names_dropped{appid="wxa",dimension="device",metric="visit_uv_new",range="7d"} 0
`)
}

// The users of an app come by dimension, name, metric and range.
func TestOrderOfUsers(t *testing.T) {
	ranges := []string{"1d", "7d", "30d"}
	var last []string
	n := 0
	collectortest.Snapshot(t, &wechattest.Server{}, app).Each(func(sample collector.Sample) {
		if sample.Metric.Name != "wxapp_users" {
			return
		}
		n++
		labels := slices.Clone(sample.Labels) // appid, dimension, metric, name, range
		if last != nil && cmp.Or(
			cmp.Compare(last[1], labels[1]),
			cmp.Compare(last[3], labels[3]),
			cmp.Compare(last[2], labels[2]),
			cmp.Compare(slices.Index(ranges, last[4]), slices.Index(ranges, labels[4])),
		) >= 0 {
			t.Errorf("%q come after %q", labels, last)
		}
		last = labels
	})
	if n < 1000 {
		t.Errorf("only %d samples", n)
	}
}

// Two apps share the memory of their names, even if garbage is collected between their
// answers.
func TestNamesAreShared(t *testing.T) {
	name := func(s *collector.Snapshot) *byte {
		var first *byte
		s.Each(func(sample collector.Sample) {
			if first == nil && sample.Metric.Name == "wxapp_users" {
				first = unsafe.StringData(sample.Labels[3])
			}
		})
		return first
	}
	snapshot := func() *collector.Snapshot {
		rows := []wechat.Row{{Name: strings.Clone("呼和浩特"), Users: 7}}
		answer := &wechat.Answer{Numbers: wechat.Portrait{{Metric: wechat.VisitUV, Dimension: wechat.City}: rows}}
		numbers := collector.NewNumbers(statistic(t, "1d"), answer, wechat.Dimensions(), nil)
		return &collector.Snapshot{App: app, Datasets: []collector.Dataset{{Name: wechat.UserPortrait, Held: []collector.Held{{Numbers: numbers}}}}}
	}
	first := snapshot()
	for range 3 {
		runtime.GC()
	}
	second := snapshot()
	if name(first) == nil || name(first) != name(second) {
		t.Error("the same name is held twice")
	}
	runtime.KeepAlive(first)
}

// The names with the most users are shown. Ties at the limit are broken by name, whatever the
// order of the answer.
func TestNamesAreCut(t *testing.T) {
	a, b, c, d := `{"name":"a","value":5}`, `{"name":"b","value":5}`, `{"name":"c","value":5}`, `{"name":"d","value":6}`
	for _, order := range [][]string{{a, b, c, d}, {d, c, b, a}, {b, d, c, a}} {
		expectText(t, wechat.UserPortrait, limits{wechat.City: 2}, []answered{
			{"1d", "20170313", `{"visit_uv":{"city":[` + strings.Join(order, ",") + `]}}`},
		}, `
wxapp_users{appid="wxa",dimension="city",metric="visit_uv",name="a",range="1d"} 5
wxapp_users{appid="wxa",dimension="city",metric="visit_uv",name="d",range="1d"} 6
wxapp_data_begin_timestamp_seconds{appid="wxa",range="1d"} 1489334400
wxapp_data_end_timestamp_seconds{appid="wxa",range="1d"} 1489420800
wxapp_names_dropped{appid="wxa",dimension="city",metric="visit_uv",range="1d"} 2
wxapp_names_dropped{appid="wxa",dimension="city",metric="visit_uv_new",range="1d"} 0
`)
	}
}
