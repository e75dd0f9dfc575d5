package doctor

import (
	"context"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func datasetStep(dataset wechat.Dataset) string { return window + "_" + dataset.Name }

// dataset asks for the day before yesterday of each statistic of a dataset. An error that
// belongs to an earlier step is returned beside a step that is skipped.
func (w *walk) dataset(ctx context.Context, a *access, dataset wechat.Dataset) (Step, error) {
	name, begin := datasetStep(dataset), time.Now()
	if because, blocked := w.blocked(a); blocked {
		return skipped(name, because), errNotAsked
	}
	numbers := false
	for _, statistic := range dataset.Statistics {
		report, err := w.client.Report(ctx, statistic, w.days.before)
		switch class := classOf(err); {
		case class == window:
			w.noteUnanswered(err)
			return failure(name, message(err), remedy(err)).lasting(time.Since(begin)), err
		case class == permission || class == quota: // of this dataset alone
			return failure(name, message(err), remedy(err)).lasting(time.Since(begin)), err
		case class != "":
			return skipped(name, (&access{refusal: err}).because()), err
		}
		numbers = numbers || err == nil && !report.Empty()
	}
	if !numbers {
		return warning(name, text.Both{
			English: "no numbers for " + w.days.before.DateOnly(),
			Chinese: w.days.before.DateOnly() + "没有数据",
		}, text.Both{
			English: "if the app has users, wait for WeChat's next publication, and ask again",
			Chinese: "如果该小程序有用户，请等微信下次发布数据后再试",
		}).lasting(time.Since(begin)), nil
	}
	return ok(name, text.Both{
		English: "there are numbers for " + w.days.before.DateOnly(),
		Chinese: w.days.before.DateOnly() + "有数据",
	}).lasting(time.Since(begin)), nil
}

// datasets takes the steps of all datasets. Without the user portrait the first one shows
// whether WeChat lets this machine ask.
func (w *walk) datasets(ctx context.Context, a *access) []Step {
	var steps []Step
	for _, dataset := range w.options.Settings.Config.Datasets {
		step, err := w.dataset(ctx, a, dataset)
		if !a.settled() {
			a.judge(err)
		}
		steps = append(steps, step)
	}
	return steps
}
