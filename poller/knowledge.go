package poller

import (
	"maps"
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
	show     Shows

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

func newKnowledge(appid string, schedule Schedule, datasets []wechat.Dataset, show Shows) *knowledge {
	k := &knowledge{Schedule: schedule, appid: appid, show: show}
	for _, of := range datasets {
		k.datasets = append(k.datasets, newDataset(of))
	}
	return k
}

func newDataset(of wechat.Dataset) *dataset {
	d := &dataset{Dataset: of, starting: true, unknown: true, failedPolls: map[wechat.Reason]int64{}}
	for _, s := range of.Statistics {
		i := slices.IndexFunc(d.endpoints, func(e *endpoint) bool { return e.name == s.Endpoint })
		if i < 0 {
			i = len(d.endpoints)
			d.endpoints = append(d.endpoints, &endpoint{name: s.Endpoint})
		}
		d.series = append(d.series, &series{Statistic: s, endpoint: d.endpoints[i], known: map[wechat.Day]*WindowState{}})
	}
	d.rules = rulesOf(d)
	return d
}

// optional reports whether the dataset is another than the user portrait, which comes first and
// waits for no other.
func (d *dataset) optional() bool { return d.Statistics[0].Endpoint != wechat.EndpointUserPortrait }

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
// user portrait, which is the least likely to be empty, or else the first of all.
func (k *knowledge) leader() *series {
	first := k.datasets[0]
	if first.optional() {
		return first.series[0]
	}
	return longestFirst(first.series)[0]
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

// snapshot returns what is shown of the app. Its names, and what the API knows, are left to the
// caller.
func (k *knowledge) snapshot(now time.Time) *collector.Snapshot {
	snapshot := &collector.Snapshot{
		LastPoll: k.lastPoll, LastSuccess: k.lastSuccess, NextPoll: latest(now, k.next(now).at),
		RowsMerged: k.merged, RowsRejected: k.rejected, Past: k.past,
	}
	for _, d := range k.datasets {
		snapshot.Datasets = append(snapshot.Datasets, k.shown(d, now))
	}
	for _, leading := range snapshot.Leading() {
		if leading.Status != collector.StatusUnknown && snapshot.Status != collector.StatusDown {
			snapshot.Status = leading.Status
		}
		snapshot.Failures = append(snapshot.Failures, leading.Failures...)
	}
	return snapshot
}

// shown returns what is shown of a dataset.
func (k *knowledge) shown(d *dataset, now time.Time) collector.Dataset {
	shown := collector.Dataset{Name: d.Name, Status: d.status(), Failures: d.failures, FailedPolls: maps.Clone(d.failedPolls)}
	for _, s := range d.series {
		if asked := s.lastQuestion(d.scheduled(s, wechat.DayOf(now))); asked != nil {
			shown.Asked = append(shown.Asked, *asked)
		}
	}
	for _, e := range d.endpoints {
		shown.Endpoints = append(shown.Endpoints, collector.Endpoint{Name: e.name, Calls: e.calls, Quota: e.quota, QuotaAsked: e.quotaAsked})
	}
	show := k.chosen(d, now)
	shown.End, shown.Held = show.End, show.Held
	return shown
}

// chosen returns the windows of a dataset that are shown.
func (k *knowledge) chosen(d *dataset, now time.Time) collector.Shown {
	held := make([][]collector.Held, len(d.series))
	for i, s := range d.series {
		held[i] = s.held()
	}
	return collector.Show(d.Dataset, held, d.excused, now, k.show.MaxAge)
}

// excused reports whether a statistic will not answer for a window, so that the rest of the
// dataset need not wait: WeChat has refused it.
func (d *dataset) excused(statistic int, w wechat.Window) bool {
	s := d.series[statistic]
	failure := s.state(w).Failure
	return failure != nil && failure.Reason.NeedsPerson() || s.endpoint.failing() && s.endpoint.pause.Reason == wechat.ReasonPermission
}

// forget drops the numbers that are not shown, and the windows that can neither be asked for
// again nor are the newest of their series.
func (k *knowledge) forget(now time.Time) {
	for _, d := range k.datasets {
		shown := k.chosen(d, now)
		for _, s := range d.series {
			newest := s.newest()
			for end, state := range s.known {
				w := s.Window(end)
				if !s.canBeAsked(w, now) && state != newest {
					delete(s.known, end)
				}
				if !shown.End.IsZero() && !isShown(shown, s, end) {
					state.numbers = collector.Numbers{}
				}
			}
		}
	}
}

// isShown reports whether a window is shown, or may be when others have come.
func isShown(shown collector.Shown, s *series, end wechat.Day) bool {
	return s.Cohorts == nil && s.Keeps == 0 && end.After(shown.End) ||
		slices.ContainsFunc(shown.Held, func(h collector.Held) bool { return h.Series == s.Series() && h.End == end })
}
