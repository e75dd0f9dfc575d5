package doctor

import (
	"context"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// checkPush takes the step push.
func (o Options) checkPush(ctx context.Context) <-chan Step {
	told := make(chan Step, 1)
	c := o.Settings.Config.OTLP
	switch {
	case o.Settings.WrongPush:
		told <- skipped(push, wrongSettings())
	case c == nil:
		told <- skipped(push, text.Both{English: "push is off", Chinese: "未启用推送"})
	default:
		go func() { told <- pushed(ctx, *c) }()
	}
	return told
}

func pushed(ctx context.Context, c otlp.Config) Step {
	limited, cancel := context.WithTimeout(ctx, MaxRequest)
	defer cancel()
	begin := time.Now()
	receiver := c.Endpoint.Host + c.Endpoint.Path
	if err := otlp.Check(limited, c); err != nil {
		return failure(push, same(receiver+": "+err.Error()), otlp.Remedy(err)).lasting(time.Since(begin))
	}
	return ok(push, text.Both{
		English: receiver + " accepts messages over " + string(c.Protocol),
		Chinese: receiver + " 接受 " + string(c.Protocol) + " 消息",
	}).lasting(time.Since(begin))
}
