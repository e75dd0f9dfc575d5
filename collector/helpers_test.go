package collector_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

var app = collector.App{ID: "wx0123456789abcdef", Name: "鲜果到家"}

const maxAge = 168 * time.Hour

// dataset returns the dataset of a name.
func dataset(t testing.TB, name string) wechat.Dataset {
	t.Helper()
	d, ok := wechat.DatasetNamed(name)
	if !ok {
		t.Fatalf("no dataset %s", name)
	}
	return d
}

// statistic returns the statistic of a series, such as 7d or daily_summary.
func statistic(t testing.TB, series string) wechat.Statistic {
	t.Helper()
	s, ok := wechat.StatisticOf(series)
	if !ok {
		t.Fatalf("no statistic %s", series)
	}
	return s
}

func day(t testing.TB, text string) wechat.Day {
	t.Helper()
	d, err := wechat.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// decode decodes an answer about the window of a series that ends on a day.
func decode(t testing.TB, series, end, answer string) *wechat.Answer {
	t.Helper()
	s := statistic(t, series)
	decoded, err := s.Decode([]byte(answer), s.Window(day(t, end)))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// answered is an answer of WeChat about the window of a series that ends on a day.
type answered struct{ series, end, answer string }

// limits are how many names or pages are shown.
type limits = map[wechat.Dimension]int

// hold returns what is held after some answers, by statistic.
func hold(t testing.TB, of wechat.Dataset, top limits, answers ...answered) [][]collector.Held {
	t.Helper()
	held := make([][]collector.Held, len(of.Statistics))
	for _, a := range answers {
		i := slices.IndexFunc(of.Statistics, func(s wechat.Statistic) bool { return s.Series() == a.series })
		s := of.Statistics[i]
		held[i] = append(held[i], collector.Held{
			Series: a.series, Window: s.Window(day(t, a.end)),
			Numbers: collector.NewNumbers(s, decode(t, a.series, a.end, a.answer), wechat.Dimensions(), top),
		})
	}
	return held
}

func never(int, wechat.Window) bool { return false }

// lines returns the exposition of what the app wxa has from answers about one dataset.
func lines(name string, shown collector.Shown) string {
	snapshot := &collector.Snapshot{
		App:      collector.App{ID: "wxa", Name: "a"},
		Datasets: []collector.Dataset{{Name: name, End: shown.End, Held: shown.Held}},
	}
	fromAnswer := map[*collector.Metric]bool{}
	for _, family := range collector.Families() {
		fromAnswer[&family.Metric] = family.Origin == collector.FromAnswer
	}
	var text strings.Builder
	snapshot.Each(func(s collector.Sample) {
		if !fromAnswer[s.Metric] {
			return
		}
		labels := make([]string, len(s.Labels))
		for i, label := range s.Labels {
			labels[i] = fmt.Sprintf("%s=%q", s.Metric.Labels[i], label)
		}
		fmt.Fprintf(&text, "%s{%s} %s\n", s.Metric.Name, strings.Join(labels, ","), s.Metric.AppendValue(nil, s.Value))
	})
	return text.String()
}

// expectText checks the whole exposition of a dataset at 10:00 on the day after 13 March 2017,
// after some answers.
func expectText(t *testing.T, name string, top limits, answers []answered, want string) {
	t.Helper()
	of := dataset(t, name)
	now := day(t, "20170314").At(10 * time.Hour)
	expectLines(t, name, collector.Show(of, hold(t, of, top, answers...), never, now, maxAge), want)
}

func expectLines(t *testing.T, name string, shown collector.Shown, want string) {
	t.Helper()
	if got := lines(name, shown); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, strings.TrimSpace(want))
	}
}

// serverWithAds returns a simulated WeChat on which the app shows ads.
func serverWithAds() *wechattest.Server {
	return &wechattest.Server{Apps: map[string]wechattest.App{app.ID: {AdSlots: []string{"SLOT_ID_WEAPP_BANNER"}}}}
}

// everything returns a snapshot with all numbers of which a dataset fails: it has samples of every
// metric of an app.
func everything(t *testing.T) *collector.Snapshot {
	t.Helper()
	snapshot := collectortest.Everything(t, serverWithAds(), app)
	portrait := snapshot.Portrait()
	portrait.Failures = append(portrait.Failures, &wechat.Error{Reason: wechat.ReasonBusy})
	return snapshot
}
