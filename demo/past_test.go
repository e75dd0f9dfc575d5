package demo_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// kept is an archive in memory that is written to.
type kept struct {
	mu     sync.Mutex
	keys   map[string][]poller.AnswerKey
	text   map[string]string // by appid, series, window and time
	states map[string]poller.State
	fail   error
}

func (k *kept) List(_ context.Context, appid string, s wechat.Statistic, _ wechat.Day) (keys []poller.AnswerKey, err error) {
	for _, key := range k.keys[appid] {
		if key.Series == s.Series() {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func (k *kept) State(_ context.Context, appid string) (poller.State, error) {
	return k.states[appid], nil
}

func (k *kept) SaveState(_ context.Context, appid string, state poller.State) error {
	if k.states == nil {
		k.states = map[string]poller.State{}
	}
	k.states[appid] = state
	return nil
}

func (k *kept) Pack(requested time.Time, answer []byte) ([]byte, error) {
	return fmt.Appendf(nil, "%s requested %s", answer, requested.UTC().Format(time.DateTime)), nil
}

func (k *kept) SaveAnswer(_ context.Context, appid string, key poller.AnswerKey, packed []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail != nil {
		return k.fail
	}
	k.keys[appid] = append(k.keys[appid], key)
	k.text[appid+" "+key.Asked()+" "+key.Answered.UTC().Format(time.RFC3339Nano)] = string(packed)
	return nil
}

// at returns a time of November 2026 in Shanghai.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse("2006-01-02 15:04:05 -0700", "2026-11-"+text+" +0800")
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func pastOf(t *testing.T, archive *kept) demo.Past {
	return demo.Past{
		Archive: archive, Apps: []string{"wxa", "wxb"}, Days: 3, Now: at(t, "24 00:30:00"),
		Datasets: pollertest.Datasets("user_portrait"),
		Answer: func(s wechat.Statistic, appid string, w wechat.Window, _ time.Time) []byte {
			return fmt.Appendf(nil, "%s of %s on %s", s.Series(), appid, w)
		},
	}
}

// The past has no day twice and none missing, whatever is there before.
func TestPast(t *testing.T) {
	there := poller.AnswerKey{
		Series:   "1d",
		Window:   wechat.Window{End: wechat.DayOf(at(t, "20 00:00:00")), Range: wechat.Range1Day},
		Answered: at(t, "21 12:34:56"),
	}
	archive := &kept{keys: map[string][]poller.AnswerKey{"wxb": {there}}, text: map[string]string{}}
	past := pastOf(t, archive)
	if added, err := past.Write(t.Context()); err != nil || added != 17 {
		t.Errorf("added %d, %v; want 17", added, err)
	}
	if added, err := past.Write(t.Context()); err != nil || added != 0 {
		t.Errorf("the second time: added %d, %v", added, err)
	}
	for _, appid := range past.Apps {
		if got := archive.states[appid].LastPoll; !got.Equal(past.Now) {
			t.Errorf("%s was last polled at %s, not until the demo began", appid, got)
		}
	}
	for appid, keys := range archive.keys {
		var windows []string
		for _, key := range keys {
			windows = append(windows, key.Series+" "+key.Window.End.String())
			if next := key.Window.EndTime(); key != there && (key.Answered.Before(next.Add(10*time.Hour)) || key.Answered.After(next.Add(10*time.Hour+time.Minute))) {
				t.Errorf("%s was answered at %s, not at about 10:00 of the next day", key.Window, key.Answered)
			}
		}
		slices.Sort(windows)
		const want = "1d 20261119, 1d 20261120, 1d 20261121, 30d 20261119, 30d 20261120, 30d 20261121, 7d 20261119, 7d 20261120, 7d 20261121"
		if got := strings.Join(windows, ", "); got != want {
			t.Errorf("%s has %s\nwant %s", appid, got, want)
		}
	}
	if got, want := archive.text["wxa 1d 20261121 2026-11-22T02:00:00.4Z"], "1d of wxa on 20261121 requested 2026-11-22 02:00:00"; got != want {
		t.Errorf("archived %q, want %q", got, want)
	}
}

// Of several datasets, each day is asked for once, and each cohort as often as it grows, all
// together at about 10:00 of the next day, however often the past is written.
func TestPastOfDatasets(t *testing.T) {
	archive := &kept{keys: map[string][]poller.AnswerKey{}, text: map[string]string{}}
	past := pastOf(t, archive)
	past.Apps, past.Days = []string{"wxa"}, 2
	past.Datasets = pollertest.Datasets("user_portrait", "visits", "retention")
	for _, want := range []int{2*3 + 3*(2+9), 0} {
		if added, err := past.Write(t.Context()); err != nil || added != want {
			t.Errorf("added %d, %v; want %d", added, err, want)
		}
	}
	var got []string
	for _, key := range archive.keys["wxa"] {
		got = append(got, fmt.Sprintf("%s %s on %s", key.Series, key.Window.End, key.Answered.UTC().Format("0102 15:04")))
	}
	slices.Sort(got)
	want := []string{}
	for _, day := range []int{20, 21} {
		for _, series := range []string{"1d", "7d", "30d"} {
			want = append(want, fmt.Sprintf("%s 202611%d on 11%d 02:00", series, day, day+1))
		}
	}
	for _, day := range []int{20, 21, 22} { // for the last of which nobody may ask any more
		for _, series := range []string{"daily_summary", "daily_visit_trend"} {
			want = append(want, fmt.Sprintf("%s 202611%d on 11%d 02:00", series, day, day+1))
		}
		want = append(want, cohortsOf(day)...)
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// cohortsOf returns the cohorts that are asked for about a day of November.
func cohortsOf(day int) (keys []string) {
	for _, before := range wechat.RetentionDays() {
		end := time.Date(2026, 11, day-before, 0, 0, 0, 0, time.UTC)
		keys = append(keys, fmt.Sprintf("daily_retention %s on 11%d 02:00", end.Format("20060102"), day+1))
	}
	return keys
}

// The second day before is there before any app is polled, but for the portrait, which is asked for.
func TestPastBeforeTheFirstPoll(t *testing.T) {
	archive := &kept{keys: map[string][]poller.AnswerKey{}, text: map[string]string{}}
	past := pastOf(t, archive)
	past.Apps, past.Days = []string{"wxa"}, 40
	past.Datasets = pollertest.Datasets("user_portrait", "visits", "retention", "weekly", "monthly", "ads")
	past.Follow(t.Context(), new(collector.Store), func(int, error) { t.Error("the past was written before the first poll") })()
	got := map[string][]string{}
	for _, key := range archive.keys["wxa"] {
		got[key.Series] = append(got[key.Series], fmt.Sprintf("%s on %s", key.Window.End, key.Answered.UTC().Format("0102")))
	}
	for series, want := range map[string]string{
		"weekly_visit_trend":  "20261122 on 1123",
		"monthly_visit_trend": "20261031 on 1101",
		"ad_income":           "20261122 on 1123",
		"daily_summary":       "20261122 on 1123",
		"daily_visit_trend":   "20261122 on 1123",
	} {
		if all := strings.Join(got[series], ", "); all != want {
			t.Errorf("%s: %s, want %s", series, all, want)
		}
	}
	if n := len(got["daily_retention"]); n != len(wechat.RetentionDays()) {
		t.Errorf("retention of %d days, want %d", n, len(wechat.RetentionDays()))
	}
	for _, series := range []string{"1d", "7d", "30d"} {
		if len(got[series]) > 0 {
			t.Errorf("%s is there before the first poll", series)
		}
	}
}

func TestPastThatCannotBeWritten(t *testing.T) {
	errDisk := errors.New("disk full")
	archive := &kept{keys: map[string][]poller.AnswerKey{}, fail: errDisk}
	if added, err := pastOf(t, archive).Write(t.Context()); !errors.Is(err, errDisk) || added != 0 {
		t.Errorf("added %d, error %v", added, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	archive = &kept{keys: map[string][]poller.AnswerKey{}, text: map[string]string{}}
	if added, err := pastOf(t, archive).Write(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: added %d, error %v", added, err)
	}
}
