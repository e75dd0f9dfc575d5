package doctor

import (
	"regexp"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Shorten returns an appid by which its owner knows it and nobody else: its first and last
// four characters. A short one keeps its first two only.
func Shorten(appid string) string {
	const ends = 4
	if len(appid) <= 2*ends {
		return appid[:min(2, len(appid))] + "…"
	}
	return appid[:ends] + "…" + appid[len(appid)-ends:]
}

var login = regexp.MustCompile(`://[^/\s"'@]*@`)

// exampleAppID is the appid in examples of messages.
const exampleAppID = "wx0123456789abcdef"

// paste makes texts fit to be pasted in public.
type paste struct {
	appids, secrets *strings.Replacer
	example         bool // exampleAppID is that of no app
}

func newPaste(apps []config.App) paste {
	var ids, secrets []string
	p := paste{example: true}
	for _, app := range apps {
		if len(app.ID) >= 8 { // a shorter one is not WeChat's, and may be a part of any word
			ids = append(ids, app.ID, Shorten(app.ID))
		}
		if secret := app.Tokens.Private(); secret != "" {
			secrets = append(secrets, secret.Reveal(), secret.String())
		}
		p.example = p.example && app.ID != exampleAppID
	}
	p.appids, p.secrets = strings.NewReplacer(ids...), strings.NewReplacer(secrets...)
	return p
}

func (p paste) step(s Step) Step {
	if s.App != "" {
		s.App = Shorten(s.App)
	}
	s.Cause = each(s.Cause, p.foreign)
	s.Remedy = each(s.Remedy, p.own)
	return s
}

func each(t text.Both, clean func(string) string) text.Both {
	return text.Both{English: clean(t.English), Chinese: clean(t.Chinese)}
}

// foreign cleans a text that may quote others.
func (p paste) foreign(text string) string {
	return login.ReplaceAllString(p.own(p.secrets.Replace(text)), "://")
}

// own cleans a text in our own words, into which at most the name of a host is put. It may have an
// example of a login, and a word that is somebody's secret.
func (p paste) own(text string) string {
	text = wechat.HideSecrets(p.appids.Replace(text))
	return wechat.ReplaceAppIDs(text, func(appid string) string {
		if p.example && appid == exampleAppID {
			return appid
		}
		return Shorten(appid)
	})
}
