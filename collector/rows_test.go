package collector_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

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
		portrait := &wechat.Portrait{Rows: map[wechat.Breakdown][]wechat.Row{{Metric: wechat.VisitUV, Dimension: wechat.City}: rows}}
		return &collector.Snapshot{App: app, Held: []collector.HeldWindow{{Rows: collector.NewRows(portrait, wechat.Dimensions(), nil)}}}
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

// Ties at the limit are broken by name, whatever the order of the answer.
func TestTies(t *testing.T) {
	for _, order := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"b", "c", "a"}} {
		var rows []wechat.Row
		for _, name := range order {
			rows = append(rows, wechat.Row{Name: name, Users: 5})
		}
		portrait := &wechat.Portrait{Rows: map[wechat.Breakdown][]wechat.Row{{Metric: wechat.VisitUV, Dimension: wechat.City}: rows}}
		snapshot := &collector.Snapshot{App: app, Held: []collector.HeldWindow{{
			Rows: collector.NewRows(portrait, wechat.Dimensions(), map[wechat.Dimension]int{wechat.City: 2}),
		}}}
		var got []string
		snapshot.Each(func(s collector.Sample) {
			switch s.Metric.Name {
			case "wxapp_users":
				got = append(got, s.Labels[3])
			case "wxapp_names_dropped":
				got = append(got, fmt.Sprint(s.Labels[2], " ", s.Value))
			}
		})
		if want := "a b visit_uv 1 visit_uv_new 0"; strings.Join(got, " ") != want {
			t.Errorf("answered in the order %v: %q, want %q", order, got, want)
		}
	}
}
