// Package doctor finds out why there are no numbers: it goes the way of a poll step by
// step, looks at the archive and at the receiver of the push, and says in words what is
// wrong and what to do.
//
// It can run beside a serving exporter. It asks for no more than a poll does, never forces
// a new token, and writes nothing but a probe to the archive.
package doctor

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// MaxRequest is how long one request may take, so that a broken set-up is told within ten
// seconds.
const MaxRequest = 4 * time.Second

// maxWalk limits all requests for one app together.
const maxWalk = 9 * time.Second

// Options say what to look at.
type Options struct {
	// Settings are those of the exporter.
	Settings config.Inspection
	// App is the appid of the only app to look at. Empty: all apps, the first one fully,
	// the others up to the token and one window.
	App string
	// HTTP makes the requests to WeChat.
	HTTP *http.Client
	// Clients are the clients of WeChat's API by appid, one for each app of the shard.
	Clients map[string]*wechat.Client
	// Bucket is that of the archive, and BucketErr says why there is none. Nothing is read
	// of both without an archive in the settings.
	Bucket    archive.Bucket
	BucketErr error
}

// Check returns an error when App is none of the apps of the shard. With a mistake in the settings it
// is not known which apps there are.
func (o Options) Check() error {
	if o.App == "" || len(o.Settings.Mistakes) > 0 {
		return nil
	}
	return o.Settings.Config.CheckApps([]string{o.App})
}

// apps returns the apps to look at.
func (o Options) apps() []config.App {
	if o.App == "" {
		return o.Settings.Config.Apps
	}
	return slices.DeleteFunc(slices.Clone(o.Settings.Config.Apps), func(app config.App) bool { return app.ID != o.App })
}

// Run takes all steps and reports each, in a fixed order, as soon as it is known. It
// returns all of them. When the context ends, what remains is skipped.
func Run(ctx context.Context, o Options, report func(Step)) []Step {
	var steps []Step
	clean := newPaste(slices.Concat(o.Settings.Config.Apps, o.Settings.Config.OtherApps)) // a mistake may be about any
	tell := func(step Step) {
		step = clean.step(step)
		steps = append(steps, step)
		report(step)
	}
	archived, pushed := o.checkArchive(ctx), o.checkPush(ctx)
	for _, step := range settingsSteps(o.Settings) {
		tell(step)
	}
	o.walk(ctx, tell)
	tell(<-archived)
	tell(<-pushed)
	return steps
}

// walk goes the way of a poll.
func (o Options) walk(ctx context.Context, tell func(Step)) {
	apps := o.apps()
	if o.Settings.WrongAPI {
		because := text.Both{
			English: "the address of WeChat's API is wrong in the settings",
			Chinese: "设置中微信 API 的地址有误",
		}
		for _, name := range []string{dns, tcp, tlsStep, proxy, clock} {
			tell(skipped(name, because))
		}
		o.skipApps(apps, because, tell)
		return
	}
	walking, cancel := context.WithTimeout(ctx, maxWalk)
	defer cancel()
	reached := o.reach(walking, tell)
	switch {
	case !reached:
		o.skipApps(apps, text.Both{English: "could not reach WeChat", Chinese: "未能连上微信"}, tell)
	case o.Settings.WrongTokens:
		o.skipApps(apps, text.Both{
			English: "the source of tokens is wrong in the settings",
			Chinese: "设置中 token 的来源有误",
		}, tell)
	case len(apps) == 0 && len(o.Settings.Config.OtherApps) > 0:
		o.skipApps(apps, text.Both{English: "this shard has no apps", Chinese: "该分片没有小程序"}, tell)
	case len(apps) == 0:
		o.skipApps(apps, text.Both{English: "no app has valid settings", Chinese: "没有设置正确的小程序"}, tell)
	default:
		first := o.newWalk(apps[0])
		first.whole(walking, tell)
		o.others(ctx, apps[1:], first.unanswered || walking.Err() != nil, tell)
	}
}

// skipApps reports the steps of the first app as skipped.
func (o Options) skipApps(apps []config.App, because text.Both, tell func(Step)) {
	app := ""
	if len(apps) > 0 {
		app = apps[0].ID
	}
	for _, name := range []string{token, allowList, permission} {
		tell(skipped(name, because).about(app))
	}
	for _, question := range o.questions() {
		tell(skipped(question.step, because).about(app))
	}
	tell(skipped(quota, because).about(app))
}
