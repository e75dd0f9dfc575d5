package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// lastPublication is the hour, in Asia/Shanghai, by which WeChat has normally published
// yesterday. Later ones happen.
const lastPublication = 16

// quota compares what is left of the quotas with what the settings use per day.
func (w *walk) quota(ctx context.Context, a *access) Step {
	if w.exceeded != nil {
		return failure(quota, message(w.exceeded), remedy(w.exceeded))
	}
	refused := a.refused()
	if because, blocked := w.blocked(a); blocked && refused != permission {
		return skipped(quota, because)
	}
	begin := time.Now()
	usages := w.options.usages()
	var total usage
	var left []string
	enough := true
	for _, u := range usages {
		quotaOf, err := w.client.Quota(ctx, u.endpoint)
		switch wechat.ReasonOf(err) {
		case "":
		case wechat.ReasonQuota:
			return failure(quota, message(err), remedy(err)).lasting(time.Since(begin))
		default: // only this is not known, and polls do not need it
			return warning(quota, message(err), remedy(err)).lasting(time.Since(begin))
		}
		total.data, total.waiting = total.data+u.data, total.waiting+u.waiting
		enough = enough && quotaOf.Remaining >= u.data+u.waiting
		left = append(left, fmt.Sprintf("%s %s / %s", u.endpoint, text.Grouped(quotaOf.Remaining), text.Grouped(quotaOf.Limit)))
	}
	cause := text.Both{
		English: fmt.Sprintf("these settings use %d calls a day, and up to %s more while waiting for publication; left today: %s",
			total.data, text.Grouped(total.waiting), strings.Join(left, ", ")),
		Chinese: fmt.Sprintf("按当前设置每天使用 %d 次，等待发布期间最多再用 %s 次；今天剩余：%s",
			total.data, text.Grouped(total.waiting), strings.Join(left, "、")),
	}
	if enough {
		return ok(quota, cause).lasting(time.Since(begin))
	}
	return warning(quota, cause, text.Both{
		English: "check what else uses this API, or increase the poll interval",
		Chinese: "查明还有什么程序在使用此接口，或增大轮询间隔",
	}).lasting(time.Since(begin))
}

// usage is how many calls of an endpoint are made per app and day for data, and how many more
// while yesterday is not published.
type usage struct {
	endpoint      string
	data, waiting int64
}

// usages returns those of all endpoints. The first shows whether yesterday is published.
func (o Options) usages() []usage {
	c := o.Settings.Config
	var all []usage
	for _, dataset := range c.Datasets {
		for _, endpoint := range dataset.Endpoints() {
			of := usage{endpoint: endpoint}
			for _, s := range dataset.Statistics {
				if s.Endpoint == endpoint {
					of.data += calls(s)
				}
			}
			all = append(all, of)
		}
	}
	hours := time.Duration(max(0, lastPublication-c.PublishHour)) * time.Hour
	if c.PollInterval > 0 && len(all) > 0 {
		all[0].waiting = int64(hours / c.PollInterval)
	}
	return all
}

// calls returns the largest number of calls of a statistic on a day.
func calls(s wechat.Statistic) int64 {
	switch {
	case s.Cohorts != nil:
		return int64(len(s.Cohorts))
	case s.Period != wechat.PeriodDay: // once when it has ended, and once to settle it
		return 1
	}
	return 2
}
