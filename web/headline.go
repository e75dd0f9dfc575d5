package web

import (
	"math"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// newest is how many users an app had on its newest day.
type newest struct {
	wechat.Window
	users     int64
	newUsers  int64
	newKnown  bool
	known     bool
	pastKnown bool // the Past of the app is about the same users
}

// newestOf returns the users of the newest day: those of the user portrait, or else those of the
// visits. Without numbers of single days they are those of the shortest range.
func newestOf(s *collector.Snapshot) newest {
	var longer newest
	for _, held := range s.Portrait().Held {
		if held.Withdrawn || longer.known {
			continue
		}
		n := newest{Window: held.Window, known: true, pastKnown: true, newKnown: true}
		n.users, _ = held.Numbers.Total(wechat.VisitUV)
		n.newUsers, _ = held.Numbers.Total(wechat.VisitUVNew)
		if held.Range == wechat.Range1Day {
			return n
		}
		longer = n
	}
	if visits := s.Dataset("visits"); visits != nil {
		if users, ok := figure(visits, "wxapp_active_users"); ok {
			n := newest{Window: wechat.Window{End: visits.End, Range: wechat.Range1Day}, known: true, users: int64(users)}
			fresh, ok := figure(visits, "wxapp_new_users")
			n.newUsers, n.newKnown = int64(fresh), ok
			return n
		}
	}
	return longer
}

// The usual range of a day, as the dashboards have it.
const (
	usualWeeks  = 4 // from which it is made
	fewestWeeks = 3 // that make one
)

// usual is the range in which the users of a weekday usually are.
type usual struct {
	weeks     int // of the four before that are known
	low, high int64
}

// usualOf returns the usual range of a window: the mean of those that ended on the same weekday
// of the four weeks before, and two standard deviations either way, or as far as chance goes.
func usualOf(past collector.Past, w wechat.Window) usual {
	var sum, squares float64
	var u usual
	for week := 1; week <= usualWeeks; week++ {
		if totals, ok := past.At(wechat.Window{End: w.End.Add(-7 * week), Range: w.Range}); ok {
			users := float64(totals.Users)
			sum, squares, u.weeks = sum+users, squares+users*users, u.weeks+1
		}
	}
	if u.weeks < fewestWeeks {
		return u
	}
	mean := sum / float64(u.weeks)
	deviation := math.Sqrt(max(0, squares/float64(u.weeks)-mean*mean))
	wide := max(2*deviation, chance(mean))
	u.low, u.high = int64(math.Ceil(max(0, mean-wide))), int64(math.Floor(mean+wide))
	return u
}

// chance is by how much a number of users differs from another one without a reason: weeks that
// are alike by accident, or few users, make nothing remarkable.
func chance(users float64) float64 { return max(users/20, 2*math.Sqrt(max(1, users))) }

// judgment says how a number of users compares with its usual range.
type judgment int

const (
	unjudged judgment = iota
	asUsual
	above
	below
)

func (u usual) judge(users int64) judgment {
	switch {
	case u.weeks < fewestWeeks:
		return unjudged
	case users < u.low:
		return below
	case users > u.high:
		return above
	default:
		return asUsual
	}
}

// judgmentOf says how the newest day of an app compares.
func judgmentOf(s *collector.Snapshot) judgment {
	n := newestOf(s)
	if !n.known || !n.pastKnown {
		return unjudged
	}
	return usualOf(s.Past, n.Window).judge(n.users)
}

// headline is the sentence that judges the newest day of an app, and what stands below it.
type headline struct {
	Class  string
	Text   string
	Facts  []string
	Change change
	Spark  sparkline
}

func newHeadline(s *collector.Snapshot, language text.Language, now time.Time) *headline {
	n := newestOf(s)
	if !n.known {
		return nil
	}
	h := &headline{Facts: []string{windowText(n.Window)}}
	var u usual
	if n.pastKnown {
		u = usualOf(s.Past, n.Window)
		h.Change = changeOf(s.Past, n.Window, n.users, func(t collector.Totals) int64 { return t.Users }, language)
		h.Spark = newSparkline(s.Past, n.Window, language)
	}
	h.Text, h.Class = sentence(n, u.judge(n.users), language)
	if n.newKnown && n.users > 0 {
		h.Facts = append(h.Facts, language.Say("new users: %s (%s)", "新增用户：%s（%s）", text.Grouped(n.newUsers), percent(n.newUsers, n.users)))
	}
	switch day := weekday(n.End, language); {
	case u.weeks >= fewestWeeks:
		h.Facts = append(h.Facts, language.Say("usual on a %s: %s to %s", "%s通常为 %s 至 %s", day, text.Grouped(u.low), text.Grouped(u.high)))
	case n.pastKnown:
		h.Facts = append(h.Facts, language.Say("what is usual on a %s is known after three of them; so far %d", "有三个%s的数据后才能判断是否与往常相当，目前 %d 个", day, u.weeks))
	}
	if n.End.Before(wechat.DayOf(now).Add(-1)) {
		h.Facts = append(h.Facts, dueText(language, now))
	}
	return h
}

// sentence says how many users there were, and whether that is usual.
func sentence(n newest, j judgment, language text.Language) (words, class string) {
	day := weekday(n.End, language)
	users := language.Say("%s users", "有 %s 位用户", text.Grouped(n.users))
	switch n.users {
	case 0:
		users = language.Say("No users", "没有用户")
	case 1:
		users = language.Say("1 user", "有 1 位用户")
	}
	if n.Range == wechat.Range1Day {
		words = language.Say("%s on %s", "%[2]s%[1]s", users, day)
	} else {
		words = language.Say("%s in the %d days up to %s", "截至%[3]s的 %[2]d 天内%[1]s", users, int(n.Range), day)
	}
	switch j {
	case asUsual:
		return words + language.Say(", as usual.", "，与往常相当。"), "good"
	case above:
		return words + language.Say(", more than usual.", "，高于往常。"), "good"
	case below:
		return words + language.Say(", fewer than usual.", "，低于往常。"), "warn"
	default:
		return words + language.Say(".", "。"), "plain"
	}
}
