package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// lastPublication is the hour, in Asia/Shanghai, by which WeChat has normally published
// yesterday. Later ones happen.
const lastPublication = 16

// quota compares what is left of the quota with what the settings use per day.
func (w *walk) quota(ctx context.Context, a *access) Step {
	if w.exceeded != nil {
		return failure(quota, message(w.exceeded), remedy(w.exceeded))
	}
	refused := a.refused()
	if because, blocked := w.blocked(a); blocked && refused != permission {
		return skipped(quota, because)
	}
	begin := time.Now()
	left, err := w.client.Quota(ctx, wechat.EndpointUserPortrait)
	lasted := time.Since(begin)
	switch wechat.ReasonOf(err) {
	case "":
	case wechat.ReasonQuota:
		return failure(quota, message(err), remedy(err)).lasting(lasted)
	default: // only this is not known, and polls do not need it
		return warning(quota, message(err), remedy(err)).lasting(lasted)
	}
	data, waiting := w.options.usage()
	cause := text.Both{
		English: fmt.Sprintf("%s of %s calls are left today; these settings use %d a day, and up to %s more while they wait for the publication",
			text.Grouped(left.Remaining), text.Grouped(left.Limit), data, text.Grouped(waiting)),
		Chinese: fmt.Sprintf("今天还剩 %s 次（共 %s 次）；按当前设置每天使用 %d 次，等待发布期间最多再用 %s 次",
			text.Grouped(left.Remaining), text.Grouped(left.Limit), data, text.Grouped(waiting)),
	}
	if left.Remaining >= data+waiting {
		return ok(quota, cause).lasting(lasted)
	}
	return warning(quota, cause, text.Both{
		English: "find out what else calls this API for the app, or make the poll interval longer",
		Chinese: "查明还有什么程序在调用该小程序的此接口，或延长轮询间隔",
	}).lasting(lasted)
}

// usage returns how many calls per app and day are made for data, and how many more while
// yesterday is not published.
func (o Options) usage() (data, waiting int64) {
	c := o.Settings.Config
	data = 2 * int64(len(c.Ranges))
	hours := time.Duration(max(0, lastPublication-c.PublishHour)) * time.Hour
	if c.PollInterval > 0 {
		waiting = int64(hours / c.PollInterval)
	}
	return data, waiting
}
