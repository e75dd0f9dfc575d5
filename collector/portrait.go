package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// portraitFamilies show the user portrait.
var portraitFamilies = []*Family{
	ofSnapshot(FromAnswer, gauge("wxapp_users", "{user}",
		"Users of the Mini Program, de-duplicated within the range of days. Never add up across metric, dimension or range.", "appid", "dimension", "metric", "name", "range"),
		emitUsers),
	ofSnapshot(FromAnswer, gauge("wxapp_data_begin_timestamp_seconds", "s",
		"Start of the window that wxapp_users covers: 00:00 of its first day in Asia/Shanghai.", "appid", "range"),
		func(s *Snapshot, add adder) {
			for _, held := range s.Portrait().Held {
				add(float64(held.BeginTime().Unix()), s.App.ID, held.Range.String())
			}
		}),
	ofSnapshot(FromAnswer, gauge("wxapp_data_end_timestamp_seconds", "s",
		"End of the window that wxapp_users covers: 24:00 of its last day in Asia/Shanghai.", "appid", "range"),
		func(s *Snapshot, add adder) {
			for _, held := range s.Portrait().Held {
				add(float64(held.EndTime().Unix()), s.App.ID, held.Range.String())
			}
		}),
	ofSnapshot(FromAnswer, gauge("wxapp_names_dropped", "{name}",
		"Names missing from wxapp_users because of the limit of their dimension in WXAPP_TOP.", "appid", "dimension", "metric", "range"),
		func(s *Snapshot, add adder) {
			for _, held := range s.Portrait().Held {
				for _, list := range held.Numbers.lists {
					if list.limited {
						of := list.of()
						add(float64(list.dropped), s.App.ID, string(of.Dimension), string(of.Metric), held.Range.String())
					}
				}
			}
		}),
}

func portraitLabels() []Label {
	return []Label{
		{"metric", texts(wechat.Metrics()), "`visit_uv` is active users, `visit_uv_new` new users, who came for the first time"},
		{"dimension", texts(wechat.Dimensions()), "what kind of `name` it is"},
		{"name", nil, "the province, city, … as WeChat sends it, in Chinese"},
		{"range", stringers(wechat.PortraitRanges()), "the days within which users are de-duplicated"},
	}
}

// emitUsers emits the users by dimension, name, metric and range. This puts similar
// series next to each other, which compresses best.
func emitUsers(s *Snapshot, add adder) {
	for i, dimension := range wechat.Dimensions() {
		var columns []column
		for j, metric := range wechat.Metrics() {
			for _, held := range s.Portrait().Held {
				for _, list := range held.Numbers.lists {
					if int(list.metric) == j && int(list.dimension) == i {
						columns = append(columns, column{string(metric), held.Range.String(), list.rows})
					}
				}
			}
		}
		emitNames([]string{s.App.ID, string(dimension), "", "", ""}, columns, add)
	}
}

// column is the list of one metric and window in a dimension.
type column struct {
	metric, length string
	rows           []row // those not emitted yet, sorted by name
}

// emitNames emits the rows of the columns by name. It sets the last three labels.
func emitNames(labels []string, columns []column, add adder) {
	for {
		name := ""
		for _, c := range columns {
			if len(c.rows) > 0 && (name == "" || c.rows[0].name.Value() < name) {
				name = c.rows[0].name.Value()
			}
		}
		if name == "" {
			return
		}
		for i, c := range columns {
			if len(c.rows) > 0 && c.rows[0].name.Value() == name {
				labels[2], labels[3], labels[4] = c.metric, name, c.length
				add(float64(c.rows[0].users), labels...)
				columns[i].rows = c.rows[1:]
			}
		}
	}
}
