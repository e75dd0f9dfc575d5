package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// days are the days that windows are asked for.
type days struct {
	newest wechat.Day // the day before yesterday while yesterday is not published
	before wechat.Day // the day before yesterday
	// published says that the newest day has had numbers in a longer window.
	published bool
}

func (o Options) days(now time.Time) days {
	today := wechat.DayOf(now)
	d := days{newest: today.Add(-1), before: today.Add(-2)}
	if now.Before(today.At(time.Duration(o.Settings.Config.PublishHour) * time.Hour)) {
		d.newest = d.before
	}
	return d
}

// window asks for the newest window of a range of the user portrait. An error that belongs to an
// earlier step is returned beside a step that is skipped.
func (w *walk) window(ctx context.Context, q question) (Step, error) {
	statistic, asked := q.statistics[0], w.days.newest
	answer, err := w.client.Ask(ctx, statistic, statistic.Window(asked))
	waiting := text.Both{}
	if asked != w.days.before && w.isUnpublished(answer, err) {
		waiting = text.Both{
			English: asked.DateOnly() + " is not published yet; ",
			Chinese: "微信尚未发布 " + asked.DateOnly() + " 的数据；",
		}
		asked = w.days.before
		w.days.newest = asked
		answer, err = w.client.Ask(ctx, statistic, statistic.Window(asked))
	}
	step := w.outcome(q.step, statistic.Window(asked), answer, err)
	step.Cause.English = waiting.English + step.Cause.English
	step.Cause.Chinese = waiting.Chinese + step.Cause.Chinese
	return step, err
}

// isUnpublished reports whether an answer for yesterday may mean that it is not published
// yet. An empty one does not if a longer window had users.
func (w *walk) isUnpublished(answer *wechat.Answer, err error) bool {
	if err != nil {
		return wechat.ReasonOf(err) == wechat.ReasonNotReady
	}
	return answer.Empty() && !w.days.published
}

func (w *walk) outcome(name string, asked wechat.Window, answer *wechat.Answer, err error) Step {
	none := text.Both{
		English: "no numbers for " + span(asked, text.English),
		Chinese: span(asked, text.Chinese) + "没有数据",
	}
	switch class := classOf(err); {
	case class == window:
		w.noteUnanswered(err)
		return failure(name, message(err), remedy(err))
	case class == quota:
		w.exceeded = err
		return skipped(name, tooMany())
	case class != "":
		return skipped(name, (&access{refusal: err}).because())
	case err != nil:
		return warning(name, none, remedy(err))
	case !answer.Empty():
		w.days.published = true
		rows := 0
		portrait, _ := answer.Numbers.(wechat.Portrait)
		for _, list := range portrait {
			rows += len(list)
		}
		return odd(ok(name, text.Both{
			English: text.Plural(rows, "row") + " for " + span(asked, text.English),
			Chinese: fmt.Sprintf("%s：%s 行", span(asked, text.Chinese), text.Grouped(int64(rows))),
		}), asked, answer)
	case w.days.published:
		return ok(name, text.Both{
			English: none.English + ": no users",
			Chinese: none.Chinese + "：没有用户访问",
		})
	}
	return warning(name, none, text.Both{
		English: "if the app has users, wait for WeChat's next publication, then run doctor again",
		Chinese: "如果该小程序有用户，请等微信下次发布数据后再试",
	})
}

// odd turns a step into a warning if something is unusual in the answer, as the exporter warns of it.
func odd(step Step, asked wechat.Window, answer *wechat.Answer) Step {
	if answer.Rejected > 0 {
		rejected := text.Grouped(int64(answer.Rejected))
		step.Cause.English += "; rows and numbers that cannot be used, or contradict others: " + rejected
		step.Cause.Chinese += "；无法使用或互相矛盾的行和数值：" + rejected + " 个"
	}
	if !answer.Covers(asked) {
		step.Cause.English += "; WeChat's answer names another day: " + answer.RefDate
		step.Cause.Chinese += "；微信的返回写的是另一个日期：" + answer.RefDate
	}
	if answer.Rejected == 0 && answer.Covers(asked) {
		return step
	}
	return warning(step.Name, step.Cause, text.Both{
		English: "the exporter uses the other rows, as those of the requested day; if it persists, report it as a bug",
		Chinese: "采集器使用其余的行，并视为所请求日期的数据；若持续存在，请作为缺陷反馈",
	})
}

// blocked says why no further call is made.
func (w *walk) blocked(a *access) (because text.Both, blocked bool) {
	switch {
	case a.refusal != nil:
		return a.because(), true
	case w.exceeded != nil:
		return tooMany(), true
	case w.unanswered:
		return text.Both{English: "WeChat did not answer the previous call", Chinese: "微信未响应上一次调用"}, true
	}
	return text.Both{}, false
}

func tooMany() text.Both {
	return text.Both{English: "WeChat refuses the call because of too many calls", Chinese: "调用次数过多，被微信拒绝"}
}

// span names the days of a window.
func span(w wechat.Window, language text.Language) string {
	if w.Range == wechat.Range1Day {
		return w.End.DateOnly()
	}
	return language.Say(
		fmt.Sprintf("the %d days up to %s", int(w.Range), w.End.DateOnly()),
		fmt.Sprintf("截至 %s 的 %d 天", w.End.DateOnly(), int(w.Range)),
	)
}
