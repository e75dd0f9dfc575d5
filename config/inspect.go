package config

import (
	"slices"
	"strings"
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
	found := Inspection{Config: c, Warnings: p.allWarnings()}
	for _, err := range p.allErrors() {
		found.Mistakes = append(found.Mistakes, err.Error())
	}
	found.WrongAPI = p.mistaken("WXAPP_API_URL")
	found.WrongTokens = p.mistaken("WXAPP_TOKEN_ENDPOINT")
	found.WrongArchive = p.mistaken(archiveSetting)
	found.WrongPush = p.mistaken("OTEL_")
	found.Config.Apps, found.Config.OtherApps = divide(c.Shard, wholeApps(c))
	return found
}

// mistaken reports whether there is a mistake in a variable whose name begins so.
func (p *problems) mistaken(prefix string) bool {
	for setting := range p.wrong {
		if strings.HasPrefix(setting, prefix) {
			return true
		}
	}
	return false
}

// wholeApps returns the apps of all shards that can be used, each once.
func wholeApps(c Config) []App {
	var whole []App
	known := map[string]bool{}
	for _, app := range slices.Concat(c.Apps, c.OtherApps) {
		hasTokens := app.Tokens.Value != "" || c.TokenEndpoint == NoToken
		if isWholeAppID(app.ID) && hasTokens && !known[app.ID] {
			known[app.ID] = true
			whole = append(whole, app)
		}
	}
	return whole
}
