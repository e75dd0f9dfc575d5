package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// cause is why datasets fail, told once for all apps that have it.
type cause struct {
	Class    string
	Reason   string
	Datasets string // that fail, if it is not those that the state of the app is about
	Said     string // what WeChat said to the first app
	Remedy   string
	Apps     []appLink
	More     int // apps that are not named
	Count    int
}

// appLink leads to the page of an app.
type appLink struct{ Name, Link string }

// mostNamed is how many apps a cause names.
const mostNamed = 30

// causesOf returns why datasets of apps fail: those that need a person first, and of these those
// of the most apps. Failures with the same remedy have one cause.
func causesOf(snapshots []*collector.Snapshot, h head) []cause {
	type known struct {
		cause
		person   bool
		leading  bool
		datasets []string
		last     *collector.Snapshot
	}
	var all []*known
	for _, s := range snapshots {
		for _, dataset := range s.Datasets {
			leading := slices.ContainsFunc(s.Leading(), func(d collector.Dataset) bool { return d.Name == dataset.Name })
			for _, failure := range dataset.Failures {
				reason, remedy := reasonText(failure.Reason).In(h.Language), failure.RemedyIn(h.Language)
				i := slices.IndexFunc(all, func(k *known) bool { return k.Reason == reason && k.Remedy == remedy })
				if i < 0 {
					i = len(all)
					all = append(all, &known{cause: cause{Class: classOf(failure.Reason), Reason: reason, Remedy: remedy, Said: failure.Error()}, person: failure.Reason.NeedsPerson()})
				}
				k := all[i]
				k.leading = k.leading || leading
				if title := datasetName(dataset.Name).In(h.Language); !slices.Contains(k.datasets, title) {
					k.datasets = append(k.datasets, title)
				}
				if k.last == s {
					continue
				}
				k.last = s
				k.Count++
				if len(k.Apps) < mostNamed {
					k.Apps = append(k.Apps, appLink{s.App.Name, linkTo(s, h)})
				} else {
					k.More++
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *known) int {
		return cmp.Or(compareBool(b.person, a.person), cmp.Compare(b.Count, a.Count))
	})
	var causes []cause
	for _, k := range all {
		if !k.leading {
			k.Datasets = strings.Join(k.datasets, h.Language.Say(", ", "、"))
		}
		causes = append(causes, k.cause)
	}
	return causes
}

// classOf returns the class of the color of a failure.
func classOf(reason wechat.Reason) string {
	if reason.NeedsPerson() {
		return "bad"
	}
	return "warn"
}

// CountText says how many apps have the cause.
func (c cause) CountText(language text.Language) string {
	return language.Say("%[1]s", "%[2]d 个小程序", text.Plural(c.Count, "app"), c.Count)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
