package wechattest

import "time"

// shanghai is the zone of WeChat's days. China has kept UTC+8 since 1991.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// day is a calendar day in Asia/Shanghai, counted from 1970-01-01.
type day int

func dayOf(t time.Time) day {
	year, month, date := t.In(shanghai).Date()
	return day(time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// parseDay parses yyyymmdd, the only form that WeChat takes.
func parseDay(s string) (d day, ok bool) {
	t, err := time.ParseInLocation("20060102", s, shanghai)
	return dayOf(t), err == nil
}

// begin returns 00:00 of the day.
func (d day) begin() time.Time { return time.Date(1970, 1, 1+int(d), 0, 0, 0, 0, shanghai) }

func (d day) String() string { return d.begin().Format("20060102") }

// window is a span of days: its last one and how many there are.
type window struct {
	end    day
	length int
}

// judgeWindow returns the window that a call asks for, or the errcode by which
// WeChat refuses it: lengths are 1, 7 and 30 days, and the last day is yesterday
// or the day before.
func judgeWindow(begin, end string, today day) (w window, errcode int) {
	first, ok1 := parseDay(begin)
	last, ok2 := parseDay(end)
	if !ok1 || !ok2 {
		return window{}, 61500
	}
	w = window{end: last, length: int(last-first) + 1}
	switch w.length {
	case 1, 7, 30:
	default:
		return window{}, 61501
	}
	if last != today-1 && last != today-2 {
		return window{}, 61501
	}
	return w, 0
}

// first returns the first day of the window.
func (w window) first() day { return w.end - day(w.length) + 1 }

// refDate names the window as the answer does.
func (w window) refDate() string {
	if w.length == 1 {
		return w.end.String()
	}
	return w.first().String() + "-" + w.end.String()
}
