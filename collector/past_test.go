package collector_test

import (
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func TestPast(t *testing.T) {
	today := wechat.DayOf(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	var empty collector.Past
	past := empty
	for _, ago := range []int{1, 80, 60, 59, 3, 61} { // in no order, some too old
		past = past.With(wechat.Range7Days, collector.Totals{End: today.Add(-ago), Users: int64(ago)})
	}
	before := past
	past = past.With(wechat.Range7Days, collector.Totals{End: today.Add(-3), Users: 33})
	past = past.With(wechat.Range1Day, collector.Totals{End: today.Add(-3), Users: 3})

	var users []int64
	for _, totals := range past[wechat.Range7Days] {
		users = append(users, totals.Users)
	}
	if len(users) != 4 || users[0] != 60 || users[1] != 59 || users[2] != 33 || users[3] != 1 {
		t.Errorf("7 days: %v, want [60 59 33 1]", users)
	}
	if totals, ok := before.At(wechat.Window{End: today.Add(-3), Range: wechat.Range7Days}); !ok || totals.Users != 3 {
		t.Error("an earlier Past has changed")
	}
	if _, ok := past.At(wechat.Window{End: today.Add(-2), Range: wechat.Range7Days}); ok {
		t.Error("a day that is not known has totals")
	}
	if len(empty) != 0 {
		t.Error("the empty Past has changed")
	}
}

// The genders make the total; without them it is the first dimension that there is.
func TestTotals(t *testing.T) {
	day := wechat.DayOf(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))
	for answer, want := range map[string]collector.Totals{
		`{"visit_uv":{"province":[{"name":"广东","value":3}],"genders":[{"name":"男","value":4},{"name":"女","value":5}]},"visit_uv_new":{"platforms":[{"name":"iPhone","value":2}],"devices":[{"name":"x","value":7}]}}`: {End: day, Users: 9, NewUsers: 2},
		`{"visit_uv":{},"visit_uv_new":{}}`: {End: day},
	} {
		decoded := decode(t, "1d", day.String(), answer)
		if got := collector.TotalsOf(decoded.Numbers.(wechat.Portrait), day); got != want {
			t.Errorf("%s: %+v, want %+v", answer, got, want)
		}
		numbers := collector.NewNumbers(statistic(t, "1d"), decoded, wechat.Dimensions(), nil)
		if got, ok := numbers.Total(wechat.VisitUV); got != want.Users || ok != !decoded.Empty() {
			t.Errorf("%s: the total that is shown is %d, %v", answer, got, ok)
		}
	}
}
