package backfill

import (
	"slices"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Arguments are the arguments of the command backfill.
type Arguments struct {
	From, To wechat.Day // zero: as far as WeChat answers
	Apps     []string   // empty: all
	Datasets []wechat.Dataset
}

// newest is how many days ago the newest day is that is not left to the exporter.
const newest = 3

// Define adds the arguments of the command to a set. What it returns is for after they are
// parsed. The error has a line for each mistake, and none shows a value.
func Define(set *arguments.Set) (parsed func() (Arguments, error)) {
	from := set.Text("from", "DAY", "", "first day, in Shanghai, such as 2026-01-01. Default: as far back as WeChat has data.")
	to := set.Text("to", "DAY", "", "last day. Default: three days ago.")
	apps := set.List("app", "APPID", "backfill only this app. Can be repeated.")
	datasets := set.Text("datasets", "LIST", "", "only these datasets, such as visits,retention. Default: WXAPP_DATASETS, or all if it contains none that have past days.")
	return func() (Arguments, error) {
		a := Arguments{
			From: set.Day("from", *from), To: set.Day("to", *to),
			Apps:     set.AppIDs("app", *apps),
			Datasets: parseDatasets(set, *datasets),
		}
		if !a.From.IsZero() && !a.To.IsZero() && a.To.Before(a.From) {
			set.Errorf("--to: is before --from")
		}
		if a.From.After(wechat.DayOf(time.Now()).Add(-newest)) {
			set.Errorf("--from: is later than three days ago; newer days are left to the exporter")
		}
		return a, set.Err()
	}
}

func parseDatasets(set *arguments.Set, text string) []wechat.Dataset {
	if text == "" {
		return nil
	}
	var names []string
	for _, dataset := range Datasets() {
		names = append(names, dataset.Name)
	}
	chosen := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == wechat.UserPortrait:
			set.Errorf("--datasets: WeChat serves only the last two days of user_portrait; use %s", strings.Join(names, ", "))
		case name != "all" && !slices.Contains(names, name):
			set.Errorf("--datasets: has an unknown name; use %s, or all", strings.Join(names, ", "))
		}
		chosen[name] = true
	}
	return slices.DeleteFunc(Datasets(), func(d wechat.Dataset) bool { return !chosen[d.Name] && (d.ByName || !chosen["all"]) })
}

// Last returns the last day to ask about, given which day today is.
func (a Arguments) Last(today wechat.Day) wechat.Day {
	if last := today.Add(-1); a.To.IsZero() || a.To.After(last) {
		return last
	}
	return a.To
}

// DatasetsOr returns the datasets that were chosen: else those of the settings of which WeChat
// answers for past days, and if there are none all of them that are not on by name only.
func (a Arguments) DatasetsOr(ofSettings []wechat.Dataset) []wechat.Dataset {
	if len(a.Datasets) > 0 {
		return a.Datasets
	}
	if on := slices.DeleteFunc(slices.Clone(ofSettings), isPortrait); len(on) > 0 {
		return on
	}
	return slices.DeleteFunc(Datasets(), func(d wechat.Dataset) bool { return d.ByName })
}

// Datasets returns the datasets of which WeChat answers for past days.
func Datasets() []wechat.Dataset { return slices.DeleteFunc(wechat.Datasets(), isPortrait) }

func isPortrait(d wechat.Dataset) bool { return d.Name == wechat.UserPortrait }
