package doctor

import (
	"context"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// question is what a step asks WeChat about: a range of the user portrait, or another dataset.
type question struct {
	step       string
	dataset    string
	statistics []wechat.Statistic
}

// questions returns those about everything that is on, the longest range first: it is the least
// likely to be empty.
func (o Options) questions() []question {
	var all []question
	for _, dataset := range o.Settings.Config.Datasets {
		if dataset.Name != wechat.UserPortrait {
			all = append(all, question{datasetStep(dataset), dataset.Name, dataset.Statistics})
			continue
		}
		for _, s := range slices.Backward(dataset.Statistics) {
			all = append(all, question{windowStep(s), dataset.Name, []wechat.Statistic{s}})
		}
	}
	return all
}

func windowStep(s wechat.Statistic) string { return window + "_" + s.Range.String() }

func datasetStep(dataset wechat.Dataset) string { return window + "_" + dataset.Name }

// ask asks a question. An error that belongs to an earlier step is left to the access, and the step
// is skipped.
func (w *walk) ask(ctx context.Context, a *access, q question) Step {
	if because, blocked := w.blocked(a); blocked {
		return skipped(q.step, because)
	}
	if a.denies(q.dataset) {
		return skipped(q.step, mayNotUse())
	}
	begin := time.Now()
	take := w.report
	if q.dataset == wechat.UserPortrait {
		take = w.window
	}
	step, err := take(ctx, q)
	a.judge(q.dataset, err)
	return step.lasting(time.Since(begin))
}

// report asks for the last but one window of each statistic of a dataset.
func (w *walk) report(ctx context.Context, q question) (Step, error) {
	numbers := false
	seen := ok(q.step, text.Both{})
	var unavailable error
	var asked wechat.Window
	for _, statistic := range q.statistics {
		asked = statistic.Before(statistic.Newest(w.days.before.Add(2)), 1)
		answer, err := w.client.Ask(ctx, statistic, asked)
		switch class := classOf(err); {
		case class == window:
			w.noteUnanswered(err)
			return failure(q.step, message(err), remedy(err)), err
		case class == quota: // of this dataset alone
			return failure(q.step, message(err), remedy(err)), err
		case class != "":
			return skipped(q.step, (&access{refusal: err}).because()), err
		}
		if err == nil && !answer.Empty() {
			numbers = true
			seen = odd(seen, asked, answer)
		}
		if wechat.ReasonOf(err) == wechat.ReasonUnavailable {
			unavailable = err
		}
	}
	if !numbers && unavailable != nil {
		return ok(q.step, remedy(unavailable)), nil // that says that nothing is wrong
	}
	if !numbers {
		return warning(q.step, text.Both{
			English: "no numbers for " + span(asked, text.English),
			Chinese: span(asked, text.Chinese) + "没有数据",
		}, text.Both{
			English: "if the app has users, wait for WeChat's next publication, then run doctor again",
			Chinese: "如果该小程序有用户，请等微信下次发布数据后再试",
		}), nil
	}
	seen.Cause.English = "numbers available for " + span(asked, text.English) + seen.Cause.English
	seen.Cause.Chinese = span(asked, text.Chinese) + "有数据" + seen.Cause.Chinese
	return seen, nil
}
