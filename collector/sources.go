package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// sourceFamilies show the dataset sources.
var sourceFamilies = []*Family{
	ofAnswer(gauge("wxapp_source_sessions", "{session}",
		"Sessions by source.", "appid", "period", "source"),
		figuresOf(func(s wechat.Statistic, d wechat.Distribution, add adder) {
			for _, c := range d.SourceSessions {
				add(float64(c.Count), s.Period.String(), wechat.SourceName(c.Key))
			}
		})),
	ofAnswer(gauge("wxapp_source_users", "{user}",
		"Users by source. A user who came from two sources counts in both.", "appid", "period", "source"),
		figuresOf(func(s wechat.Statistic, d wechat.Distribution, add adder) {
			for _, c := range d.SourceUsers {
				add(float64(c.Count), s.Period.String(), wechat.SourceName(c.Key))
			}
		})),
	ofAnswer(gauge("wxapp_stay_time_sessions", "{session}",
		"Sessions by duration.", "appid", "period", "stay_time"),
		figuresOf(func(s wechat.Statistic, d wechat.Distribution, add adder) {
			for _, c := range d.StayTimes {
				add(float64(c.Count), s.Period.String(), wechat.StayTimeName(c.Key))
			}
		})),
	ofAnswer(gauge("wxapp_depth_sessions", "{session}",
		"Sessions by number of pages opened.", "appid", "depth", "period"),
		figuresOf(func(s wechat.Statistic, d wechat.Distribution, add adder) {
			for _, c := range d.Depths {
				add(float64(c.Count), wechat.DepthName(c.Key), s.Period.String())
			}
		})),
}

func sourceLabels() []Label {
	return []Label{
		{"source", nil, "the source, by its Chinese name in WeChat's documentation; `key_` and WeChat's number for a source that is not documented"},
		{"stay_time", nil, "how long sessions lasted, such as `3-5s`; `key_` and WeChat's number for a class without a name"},
		{"depth", nil, "how many pages sessions opened, such as `6-10`; `key_` and WeChat's number for a class without a name"},
	}
}
