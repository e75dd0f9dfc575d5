package config

import (
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Inspection is what can be said of the settings, right or wrong.
type Inspection struct {
	// Config holds what is valid. An app with a mistake is left out, and so is what the
	// parts below say is wrong.
	Config Config
	// Mistakes and Warnings are one line each. None shows a secret.
	Mistakes, Warnings []string
	// These parts of the settings have mistakes.
	WrongAPI, WrongTokens, WrongArchive, WrongPush bool
}

// Inspect reads all settings as Read does, but goes on with those that are valid.
func Inspect() Inspection {
	e, err := readEnvironment()
	if err != nil {
		return Inspection{Mistakes: []string{err.Error()}, WrongAPI: true, WrongTokens: true, WrongArchive: true, WrongPush: true}
	}
	return inspect(e)
}

func inspect(e environment) Inspection {
	c, p := parseAll(e)
	found := Inspection{Config: c, Warnings: p.warnings}
	for _, err := range p.errs {
		found.Mistakes = append(found.Mistakes, err.Error())
	}
	found.WrongAPI = found.mistaken("WXAPP_API_URL")
	found.WrongTokens = found.mistaken("WXAPP_TOKEN_ENDPOINT")
	found.WrongArchive = found.mistaken(archiveSetting)
	found.WrongPush = found.mistaken("OTEL_")
	found.Config.Apps = wholeApps(c)
	return found
}

// mistaken reports whether there is a mistake in a variable whose name begins so.
func (i Inspection) mistaken(prefix string) bool {
	return slices.ContainsFunc(i.Mistakes, func(mistake string) bool { return strings.HasPrefix(mistake, prefix) })
}

// wholeApps returns the apps that can be used, each once.
func wholeApps(c Config) []App {
	var whole []App
	for _, app := range c.Apps {
		known := slices.ContainsFunc(whole, func(other App) bool { return other.ID == app.ID })
		hasTokens := app.Tokens.Value != "" || c.TokenEndpoint == NoToken
		if wechat.IsAppID(app.ID) && hasTokens && !known {
			whole = append(whole, app)
		}
	}
	return whole
}
