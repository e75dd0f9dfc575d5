package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// appLine is what the overview shows of an app: a line, and what stands behind it.
type appLine struct {
	ID, Name   string
	Twin       bool // another app has the same name
	Link       string
	Class      string
	Condition  string
	Reasons    string // why something fails, in short
	Users, Day string // of the newest day; empty: not known
	Change     change
	Judgment   string // empty: as usual, or not known
	Spark      sparkline
	Polls      polls
	Errors     []string
}

// polls is how the polls of an app fare.
type polls struct {
	Next, In string
	Calls    string
	Ranges   []rangeLine
}

func newAppLine(s *collector.Snapshot, h head, now time.Time) appLine {
	language := h.Language
	state := conditionOf(s, now)
	line := appLine{
		ID: s.App.ID, Name: s.App.Name, Link: linkTo(s, h),
		Class: state.class(), Condition: state.text().In(language), Reasons: reasonsOf(s, language),
		Polls: newPolls(s, language, now),
	}
	for _, failure := range failuresOf(s) {
		if said := failure.Error(); !slices.Contains(line.Errors, said) {
			line.Errors = append(line.Errors, said)
		}
	}
	n := newestOf(s)
	if !n.known {
		return line
	}
	line.Users, line.Day = text.Grouped(n.users), shortDay(n.End, language)
	if n.Range != wechat.Range1Day {
		line.Day = language.Say("%d days to %s", "%d 天，至 %s", int(n.Range), n.End.DateOnly()[5:])
	}
	if n.pastKnown {
		line.Change = changeOf(s.Past, n.Window, n.users, func(t collector.Totals) int64 { return t.Users }, language)
		line.Spark = newSparkline(s.Past, n.Window, language)
		line.Judgment = map[judgment]string{
			above: language.Say("more than usual", "高于往常"),
			below: language.Say("fewer than usual", "低于往常"),
		}[usualOf(s.Past, n.Window).judge(n.users)]
	}
	return line
}

// linkTo returns the relative address of the page of an app.
func linkTo(s *collector.Snapshot, h head) string {
	return h.Base + "app/" + url.PathEscape(s.App.ID) + h.Query
}

// reasonsOf names the reasons why the datasets of an app fail, each once. Those beside the leading
// ones are named.
func reasonsOf(s *collector.Snapshot, language text.Language) string {
	var all []string
	add := func(words string) {
		if !slices.Contains(all, words) {
			all = append(all, words)
		}
	}
	leading := map[wechat.Reason]bool{}
	for _, failure := range s.Failures {
		leading[failure.Reason] = true
		add(reasonText(failure.Reason).In(language))
	}
	for _, dataset := range s.Datasets {
		for _, reason := range dataset.FailureReasons() {
			if !leading[reason] {
				add(language.Say("%s: %s", "%s：%s", datasetName(dataset.Name).In(language), reasonText(reason).In(language)))
			}
		}
	}
	return strings.Join(all, language.Say(", ", "；"))
}

func newPolls(s *collector.Snapshot, language text.Language, now time.Time) polls {
	p := polls{Next: minute(s.NextPoll), Calls: callsText(s, language, now), Ranges: rangeLines(s, language, now)}
	if until := s.NextPoll.Sub(now); !s.NextPoll.IsZero() && until >= time.Minute {
		p.In = language.Say("in %s", "%s后", span(until, language))
	}
	return p
}

// callsText says how many calls were made today, and how many WeChat allows of each endpoint.
func callsText(s *collector.Snapshot, language text.Language, now time.Time) string {
	calls := 0
	var limits []string
	for _, dataset := range s.Datasets {
		for _, endpoint := range dataset.Endpoints {
			calls += endpoint.Calls.On(wechat.DayOf(now))
			if endpoint.Quota != nil {
				limits = append(limits, text.Grouped(endpoint.Quota.Limit))
			}
		}
	}
	today := strconv.Itoa(calls)
	of := text.Both{English: " of ", Chinese: " / "}.In(language)
	switch {
	case len(limits) == 0:
		return today + text.Both{English: " (quota not read yet)", Chinese: "（尚未读取配额）"}.In(language)
	case len(limits) == 1:
		return today + of + limits[0]
	case len(slices.Compact(slices.Clone(limits))) == 1:
		return today + of + fmt.Sprintf("%d × %s", len(limits), limits[0])
	default:
		return today + of + strings.Join(limits, " + ")
	}
}
