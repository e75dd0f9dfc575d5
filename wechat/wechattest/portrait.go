package wechattest

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// servePortrait answers POST /datacube/getweanalysisappiduserportrait.
func (s *Server) servePortrait(r *request) answer {
	if errcode := s.checkCall(r); errcode != 0 {
		return r.failure(errcode)
	}
	w, errcode := judgeWindow(r.call.Begin, r.call.End, r.today)
	if errcode != 0 {
		return r.failure(errcode)
	}
	appid := r.call.AppID
	if s.notReady(r, w.end) {
		return r.failure(61503)
	}
	p := s.portrait(appid, w, r.call.Time)
	if p.shape = r.shape; p.shape == empty {
		p.clear()
	}
	return answer{contentType: jsonType, body: p.encode(), code: "0", empty: p.empty()}
}

// checkCall returns the errcode by which WeChat refuses the call of a statistic, or 0.
func (s *Server) checkCall(r *request) (errcode int) {
	if errcode := s.checkToken(r); errcode != 0 {
		return errcode
	}
	if !s.spend(r) {
		return 45009
	}
	// WeChat may ignore further fields, but a client that sends some has a bug.
	_, begins := r.body["begin_date"].(string)
	_, ends := r.body["end_date"].(string)
	if !begins || !ends || len(r.body) != 2 {
		return 47001
	}
	return 0
}

// notReady reports whether a call is answered by errcode 61503 because the day is not
// published.
func (s *Server) notReady(r *request, d day) bool {
	published := !r.call.Time.Before(s.published(r.call.AppID, d))
	return !published && s.NotReady != nil && s.NotReady(r.call.AppID, d.begin())
}

// PortraitAt returns the answer to the question for the window of 1, 7 or 30 days that
// ends with the day in which end lies, as it was at a time. The server itself answers for
// windows that ended yesterday or the day before, as WeChat does.
func (s *Server) PortraitAt(appid string, end time.Time, days int, at time.Time) []byte {
	p := s.portrait(appid, window{dayOf(end), days}, at)
	return p.encode()
}

// portrait returns the portrait of a window as it is at a time. It is empty when the
// window is not published then.
func (s *Server) portrait(appid string, w window, at time.Time) portrait {
	app, _ := s.app(appid)
	t := newTraffic(appid, app.Users)
	published := !at.Before(s.published(appid, w.end))
	for back := range w.length {
		d := w.end - day(back)
		if published && !s.nobody(appid, d) {
			t.add(d, back, s.revised(appid, d, at))
		}
	}
	return portrait{
		window: w,
		active: t.active(),
		fresh:  t.fresh(),
		order:  seedOf(appid).at(int(w.end)).at(w.length).at(int(dayOf(at))),
	}
}

// portrait is a successful answer.
type portrait struct {
	window        window
	active, fresh []list
	shape         shape
	// order is where the order of keys and rows comes from. WeChat promises none;
	// here it changes with the day of the call, while the numbers do not.
	order seed
}

func (p *portrait) clear() {
	for i := range p.active {
		p.active[i].rows, p.fresh[i].rows = nil, nil
	}
}

func (p *portrait) empty() bool {
	return !slices.ContainsFunc(p.active, func(l list) bool { return len(l.rows) > 0 })
}

// encode writes the answer. None of the names needs escaping.
func (p *portrait) encode() []byte {
	parts := []func([]byte) []byte{
		func(b []byte) []byte { return fmt.Appendf(b, `"ref_date":"%s"`, p.window.refDate()) },
		func(b []byte) []byte { return p.appendMetric(b, "visit_uv_new", p.fresh, p.order.at(1)) },
		func(b []byte) []byte { return p.appendMetric(b, "visit_uv", p.active, p.order.at(2)) },
	}
	p.order.shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	b := append(make([]byte, 0, 48<<10), '{')
	for i, part := range parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = part(b)
	}
	return append(b, '}')
}

func (p *portrait) appendMetric(b []byte, key string, lists []list, order seed) []byte {
	order.shuffle(len(lists), func(i, j int) { lists[i], lists[j] = lists[j], lists[i] })
	b = fmt.Appendf(b, `"%s":{`, key)
	for i, l := range lists {
		if i > 0 {
			b = append(b, ',')
		}
		key := l.key
		if p.shape == misspelled && key == "platforms" {
			key = "platfomrs"
		}
		b = fmt.Appendf(b, `"%s":[`, key)
		b = p.appendRows(b, l, order.at(i))
		b = append(b, ']')
	}
	return append(b, '}')
}

func (p *portrait) appendRows(b []byte, l list, order seed) []byte {
	rows := l.rows
	order.shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for i, r := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		if p.shape == doubled {
			half := r.value / 2
			b = append(p.appendRow(b, l.key, row{r.id, r.name, half}), ',')
			r.value -= half
		}
		b = p.appendRow(b, l.key, r)
	}
	if p.shape == unusable && len(rows) > 0 {
		b = append(append(b, ','), unusableRows...)
	}
	return b
}

func (p *portrait) appendRow(b []byte, key string, r row) []byte {
	valueKey := `"value":`
	if p.shape == misspelled {
		valueKey = `"access_source_visit_uv":`
	}
	b = append(b, '{')
	valueFirst := p.order%2 == 0
	if valueFirst {
		b = append(b, valueKey...)
		b = append(strconv.AppendInt(b, int64(r.value), 10), ',')
	}
	if key != "devices" {
		b = append(b, `"id":`...)
		b = append(strconv.AppendInt(b, int64(r.id), 10), ',')
	}
	b = append(b, `"name":"`...)
	b = append(append(b, r.name...), '"')
	if !valueFirst {
		b = append(append(b, ','), valueKey...)
		b = strconv.AppendInt(b, int64(r.value), 10)
	}
	return append(b, '}')
}
