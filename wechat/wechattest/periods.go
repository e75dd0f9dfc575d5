package wechattest

import "time"

// period is what a statistic other than the portrait is about.
type period int

const (
	daily   period = iota
	weekly         // from Monday to Sunday
	monthly        // of the calendar
)

// of returns the day, week or month in which a day lies.
func (p period) of(d day) window {
	switch date := d.begin(); p {
	case weekly:
		sinceMonday := (int(date.Weekday()) + 6) % 7
		return window{end: d - day(sinceMonday) + 6, length: 7}
	case monthly:
		last := time.Date(date.Year(), date.Month()+1, 0, 0, 0, 0, 0, shanghai)
		return window{end: dayOf(last), length: last.Day()}
	default:
		return window{end: d, length: 1}
	}
}

// later returns the day, week or month so many after one.
func (p period) later(w window, n int) window {
	for range n {
		w = p.of(w.end + 1)
	}
	return w
}

// refDate names a day, week or month as the answer does.
func (p period) refDate(w window) string {
	if p == monthly {
		return w.end.begin().Format("200601")
	}
	return w.refDate()
}

// ages are the keys of retention: how many days, weeks or months later.
func (p period) ages() []int {
	switch p {
	case weekly:
		return []int{0, 1, 2, 3, 4}
	case monthly:
		return []int{0, 1}
	default:
		return []int{0, 1, 2, 3, 4, 5, 6, 7, 14, 30}
	}
}

// judge returns the day, week or month that a call asks for, or the errcode by which WeChat
// refuses it: it has to be a whole one that has ended, and no further back than a depth in
// days, unless that is 0.
func (p period) judge(begin, end string, today day, depth int) (w window, errcode int) {
	first, ok := parseDay(begin)
	last, endOK := parseDay(end)
	if !ok || !endOK {
		return window{}, 61500
	}
	w = p.of(first)
	if first != w.first() || last != w.end || last >= today || depth > 0 && last < today-day(depth) {
		return window{}, 61501
	}
	return w, 0
}
