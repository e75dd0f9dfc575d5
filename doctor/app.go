package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// walk is the way of a poll for one app, from its token on.
type walk struct {
	options Options
	app     config.App
	client  *wechat.Client
	// unanswered says that a call was not answered in time.
	unanswered bool
	// exceeded is the error of a call that WeChat refused because there were too many.
	exceeded error
	days     days
}

func (o Options) newWalk(app config.App) *walk {
	return &walk{options: o, app: app, client: o.Clients[app.ID], days: o.days(time.Now())}
}

// whole takes all steps for the app.
func (w *walk) whole(ctx context.Context, tell func(Step)) {
	tell = w.telling(tell)
	if w.wouldEndTokens() {
		w.options.skipApps([]config.App{w.app}, text.Both{
			English: "requesting a token of this kind would invalidate the one in use",
			Chinese: "获取此类 token 会使其他程序正在使用的 token 失效，因此不获取",
		}, tell)
		return
	}
	access := w.token(ctx)
	// What the app may use is known when all has been asked.
	var steps []Step
	for _, question := range w.options.questions() {
		steps = append(steps, w.ask(ctx, access, question))
	}
	for _, step := range slices.Concat(access.steps(), steps) {
		tell(step)
	}
	tell(w.quota(ctx, access))
}

// brief takes the steps up to one window. It leaves out what is well and says nothing new.
func (w *walk) brief(ctx context.Context) []Step {
	var steps []Step
	tell := w.telling(func(step Step) { steps = append(steps, step) })
	if w.wouldEndTokens() {
		tell(skipped(token, text.Both{
			English: "requesting a token of this kind would invalidate the one in use",
			Chinese: "获取此类 token 会使其他程序正在使用的 token 失效，因此不获取",
		}))
		return steps
	}
	access := w.token(ctx)
	var last *Step
	if access.refusal == nil {
		w.days.newest = w.days.before
		last = new(w.ask(ctx, access, w.options.questions()[0]))
	}
	for _, step := range access.steps() {
		if step.Name == token || step.Status == Failure {
			tell(step)
		}
	}
	if last != nil {
		tell(*last)
	}
	return steps
}

func (w *walk) telling(tell func(Step)) func(Step) {
	return func(step Step) { tell(step.about(w.app.ID)) }
}

// wouldEndTokens reports whether asking for a token takes away the token of others.
func (w *walk) wouldEndTokens() bool {
	return w.app.Tokens.EndsOthers(w.options.Settings.Config.TokenEndpoint)
}

// token asks for a token, if the app needs one.
func (w *walk) token(ctx context.Context) *access {
	a := &access{needsToken: w.client.Tokens != nil}
	if !a.needsToken {
		return a
	}
	begin := time.Now()
	// A token file may be on a file system that does not answer.
	ctx, cancel := context.WithTimeout(ctx, w.options.timeout())
	defer cancel()
	issued, err := w.client.Tokens.Token(ctx)
	a.lasted = time.Since(begin)
	a.expiry = issued.Expiry
	if err != nil {
		w.noteUnanswered(err)
		a.tokenErr, a.refusal = err, err
	}
	return a
}

// timeout is how long one request may take.
func (o Options) timeout() time.Duration {
	if o.HTTP != nil && o.HTTP.Timeout > 0 {
		return min(MaxRequest, o.HTTP.Timeout)
	}
	return MaxRequest
}

func (w *walk) noteUnanswered(err error) {
	timeout, isNet := errors.AsType[net.Error](err)
	if errors.Is(err, context.DeadlineExceeded) || isNet && timeout.Timeout() {
		w.unanswered = true
	}
}

func tokenLife(expiry time.Time) text.Both {
	if expiry.IsZero() {
		return text.Both{English: "got a token", Chinese: "已取得 token"}
	}
	left := time.Until(expiry).Round(time.Minute)
	return text.Both{
		English: fmt.Sprintf("got a token, valid for another %s", minutes(left)),
		Chinese: fmt.Sprintf("已取得 token，还有 %s 有效", minutes(left)),
	}
}

func minutes(d time.Duration) string { return fmt.Sprintf("%d min", int(d.Minutes())) }
