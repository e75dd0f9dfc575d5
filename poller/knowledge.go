package poller

import (
	"hash/fnv"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// knowledge is all that is known of an app, and every rule by which it is polled. It asks,
// stores, logs and waits for nothing, and has no clock: the app, which does, hands it the time,
// the answers and the failures.
type knowledge struct {
	Schedule
	appid    string
	datasets []*dataset // those that are on
	shows    Shows

	lastPoll, lastSuccess time.Time // of the leading datasets
	past                  collector.Past
	merged, rejected      int64 // rows
}

// Shows says what of the answers is shown.
type Shows struct {
	// Dimensions are the dimensions to show. The archive keeps whole answers.
	Dimensions []wechat.Dimension
	// Top limits a dimension to the names with the most users, per metric and range, and
	// wechat.Page to the pages with the most visits.
	Top map[wechat.Dimension]int
	// MaxAge is the time after the end of a window at which its numbers are withdrawn.
	MaxAge time.Duration
}

// dataset is what is known of a dataset.
type dataset struct {
	wechat.Dataset
	series    []*series
	endpoints []*endpoint
	rules     []rule
	caughtUp  collector.Calls
	starting  bool // no poll has ended since the program started
	unknown   bool // and none was due, or nothing was restored

	failures    []*wechat.Error
	failedPolls map[wechat.Reason]int64
}

// optional reports whether the dataset is another than the user portrait, which comes first and
// waits for no other.
func (d *dataset) optional() bool { return d.Statistics[0].Endpoint != wechat.EndpointUserPortrait }

// statistic returns the one of a series.
func (d *dataset) statistic(name string) wechat.Statistic {
	i := slices.IndexFunc(d.series, func(s *series) bool { return s.Series() == name })
	return d.series[i].Statistic
}

// groups returns the datasets in the parts in which they are polled: the user portrait, and all
// others after it.
func (k *knowledge) groups() [][]*dataset {
	if len(k.datasets) > 1 && !k.datasets[0].optional() {
		return [][]*dataset{k.datasets[:1], k.datasets[1:]}
	}
	return [][]*dataset{k.datasets}
}

// leading returns the datasets that the status of the app is about: the user portrait, or all
// datasets if it is off.
func (k *knowledge) leading() []*dataset { return k.groups()[0] }

func (k *knowledge) leads(d *dataset) bool { return slices.Contains(k.leading(), d) }

// leader returns the series that shows whether yesterday is published: the longest one of the
// user portrait, which is the least likely to be empty, or else the first of which a window has
// ended then, since weeks and months show nothing on other days.
func (k *knowledge) leader(today wechat.Day) *series {
	first := k.datasets[0]
	if !first.optional() {
		return longestFirst(first.series)[0]
	}
	for _, d := range k.datasets {
		for _, s := range d.series {
			if s.Newest(today).End == today.Add(-1) {
				return s
			}
		}
	}
	return first.series[0]
}

// portraitOf returns the state of the user portrait of a window, or nil if it is off.
func (k *knowledge) portraitOf(w wechat.Window) *WindowState {
	for _, s := range k.datasets[0].series {
		if !k.datasets[0].optional() && s.Range == w.Range {
			return s.state(w)
		}
	}
	return nil
}

// endpoints returns those of all datasets.
func (k *knowledge) endpoints() []*endpoint {
	var all []*endpoint
	for _, d := range k.datasets {
		all = append(all, d.endpoints...)
	}
	return all
}

// A rule decides when the windows of one or more series are asked for. There are three, and
// nothing else knows them apart. D1 is the newest window that has ended, of days the one that ends
// yesterday; D2 is the one before it.
type rule interface {
	// scheduled returns the windows that are asked for as days go by, in their order.
	scheduled(today wechat.Day) []target
	// due returns when a window is to be asked for, or false if it is not.
	due(k *knowledge, t target, now time.Time) (time.Time, bool)
}

// target is a window of a series.
type target struct {
	dataset *dataset
	series  *series
	window  wechat.Window
}

func (t target) state() *WindowState { return t.series.state(t.window) }

// asked returns when the last answer came, or zero if it came after now: the clock was set
// back.
func (t target) asked(now time.Time) time.Time {
	if asked := t.state().Asked; !asked.After(now) {
		return asked
	}
	return time.Time{}
}

// Schedule says when WeChat is asked. All days are days in Asia/Shanghai.
type Schedule struct {
	// PublishHour is the hour of the day from which yesterday is asked for.
	PublishHour int
	// PollInterval is the pause between two questions about a yesterday that is not published.
	PollInterval time.Duration
}

// maxJitter is the longest delay of an app's first poll of the day.
const maxJitter = time.Hour

// jitter spreads the first poll of the day over the apps. It is the same for an app
// every day, at most the poll interval and less than an hour.
func (s Schedule) jitter(appid string) time.Duration {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(appid))
	return time.Duration(hash.Sum32()) * time.Millisecond % max(1, min(s.PollInterval, maxJitter))
}

// publishing returns when today's first poll for yesterday is due.
func (k *knowledge) publishing(now time.Time) time.Time {
	return wechat.DayOf(now).At(time.Duration(k.PublishHour)*time.Hour + k.jitter(k.appid))
}

// longestFirst returns series, those with the longest windows first.
func longestFirst(all []*series) []*series {
	return slices.SortedFunc(slices.Values(all), func(a, b *series) int { return int(b.Range - a.Range) })
}
