package doctor

import (
	"regexp"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/text"
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

var (
	usualAppID = regexp.MustCompile(`wx[0-9A-Fa-f]{16}`)
	login      = regexp.MustCompile(`://[^/\s"'@]*@`)
	// likelySecret matches app secrets and access tokens.
	likelySecret = regexp.MustCompile(`[0-9A-Fa-f]{32,}|[A-Za-z0-9_-]{64,}`)
)

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
	text = likelySecret.ReplaceAllString(text, "[secret]")
	text = usualAppID.ReplaceAllStringFunc(text, Shorten)
	return login.ReplaceAllString(text, "://")
}
