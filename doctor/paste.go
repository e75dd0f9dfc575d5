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

// paste makes texts fit to be pasted in public.
type paste struct{ appids *strings.Replacer }

func newPaste(apps []config.App) paste {
	var pairs []string
	for _, app := range apps {
		if len(app.ID) >= 8 { // a shorter one is not WeChat's, and may be a part of any word
			pairs = append(pairs, app.ID, Shorten(app.ID))
		}
		if secret := app.Tokens.Private(); secret != "" {
			pairs = append(pairs, secret.Reveal(), secret.String())
		}
	}
	return paste{strings.NewReplacer(pairs...)}
}

func (p paste) step(s Step) Step {
	if s.App != "" {
		s.App = Shorten(s.App)
	}
	s.Cause, s.Remedy = p.text(s.Cause), p.text(s.Remedy)
	return s
}

func (p paste) text(t text.Both) text.Both {
	return text.Both{English: p.clean(t.English), Chinese: p.clean(t.Chinese)}
}

func (p paste) clean(text string) string {
	text = p.appids.Replace(text)
	text = wechat.HideSecrets(text)
	text = wechat.ReplaceAppIDs(text, Shorten)
	return login.ReplaceAllString(text, "://")
}
