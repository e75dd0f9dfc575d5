package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// account is one app as its owner wrote it, in the environment or in the apps
// file. What is absent is nil, but for the id once the account is parsed.
type account struct {
	id, name                                *entry
	secret, secretFile, tokenFile, tokenURL *entry
}

// entry is one property of an account.
type entry struct {
	place         // of the whole property, as in WXAPP_APPS_FILE: apps.yaml:7: secret
	key    string // as its owner knows it: WXAPP_SECRET, or secret
	before place  // of its line: what a finding about several properties begins with
	text   wechat.Secret
}

// readApps returns the app of the environment and those of the apps file.
func readApps(found *findings, s settings, tokenEndpoint string) []appConfig {
	fromEnvironment := func(key string, value wechat.Secret) *entry {
		if value == "" {
			return nil
		}
		return &entry{place: found.at(key), key: key, before: found.at(key), text: value}
	}
	single := account{
		id:         fromEnvironment("WXAPP_APPID", wechat.Secret(s.AppID)),
		name:       fromEnvironment("WXAPP_APP_NAME", wechat.Secret(s.AppName)),
		secret:     fromEnvironment("WXAPP_SECRET", s.Secret),
		secretFile: fromEnvironment("WXAPP_SECRET_FILE", wechat.Secret(s.SecretFile)),
		tokenFile:  fromEnvironment("WXAPP_TOKEN_FILE", wechat.Secret(s.TokenFile)),
		tokenURL:   fromEnvironment("WXAPP_TOKEN_URL", s.TokenURL),
	}
	var apps []appConfig
	switch {
	case single.id != nil:
		apps = append(apps, parseAccount(single, single.id.place, "", tokenEndpoint))
	case len(single.keys()) > 0:
		found.at("WXAPP_APPID").mistake("is not set, but needed with %s; set it to the appid of the Mini Program", and(single.keys()))
	case s.AppsFile == "":
		found.at("WXAPP_APPID").mistake("is not set, and neither is WXAPP_APPS_FILE; set WXAPP_APPID and WXAPP_SECRET for one Mini Program or WXAPP_APPS_FILE for many, or run the command demo, which needs no account")
	}
	if s.AppsFile != "" {
		apps = append(apps, readAppsFile(found, s.AppsFile, s.AppID, tokenEndpoint)...)
	}
	return apps
}

// sources returns the properties that each say where tokens come from.
func (a account) sources() []*entry {
	var sources []*entry
	for _, e := range []*entry{a.secret, a.secretFile, a.tokenFile, a.tokenURL} {
		if e != nil {
			sources = append(sources, e)
		}
	}
	return sources
}

// keys returns the names of the properties that make sense only with an appid.
func (a account) keys() []string {
	var keys []string
	for _, source := range a.sources() {
		keys = append(keys, source.key)
	}
	if a.name != nil {
		keys = append(keys, a.name.key)
	}
	return keys
}

// parseAccount checks one app. The findings about the whole app begin with its
// place; folder is the one that relative files start from.
func parseAccount(a account, p place, folder, tokenEndpoint string) appConfig {
	var app appConfig
	app.id = parseAppID(a.id)
	app.name = app.id
	if a.name != nil && parseText(a.name, isNameRune, "a control character, such as a line break, or broken UTF-8") {
		app.name = a.name.text.Reveal()
	}

	sources := a.sources()
	switch {
	case tokenEndpoint == "none" && len(sources) > 0:
		sources[0].before.mistake("%s is given, but WXAPP_TOKEN_ENDPOINT=none uses no token; remove one of the two", and(keysOf(sources)))
		return app
	case tokenEndpoint == "none":
		return app
	case len(sources) == 0:
		keys := []string{"secret", "secret_file", "token_file", "token_url"}
		if a.id.key == "WXAPP_APPID" {
			keys = []string{"WXAPP_SECRET", "WXAPP_SECRET_FILE", "WXAPP_TOKEN_FILE", "WXAPP_TOKEN_URL"}
		}
		p.mistake("the app has no source of tokens; give %s", or(keys))
	case len(sources) > 1:
		sources[1].before.mistake("%s are given for one app; keep one of them", and(keysOf(sources)))
	}

	if a.secret != nil && parseSecret(a.secret) {
		app.secret = a.secret.text
	}
	if a.secretFile != nil {
		app.secretFile = parseSecretFile(a.secretFile, folder)
	}
	if a.tokenFile != nil {
		app.tokenFile = parseTokenFile(a.tokenFile, folder)
	}
	if a.tokenURL != nil {
		app.tokenURL = parseTokenURL(a.tokenURL)
	}
	return app
}

func keysOf(entries []*entry) []string {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.key
	}
	return keys
}

var (
	validAppID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	usualAppID = regexp.MustCompile(`^wx[0-9A-Fa-f]{16}$`)
)

func parseAppID(e *entry) string {
	id := e.text.Reveal()
	switch {
	case id == "": // said already
	case !validAppID.MatchString(id):
		e.mistake("%s is not an appid; appids are letters, digits, _ and - only, usually wx and 16 hex digits", shown(id))
	case !usualAppID.MatchString(id):
		e.warning("%s is unusual for an appid; those of WeChat are wx and 16 hex digits", shown(id))
	}
	return id
}

func parseSecret(e *entry) bool {
	if usualAppID.MatchString(e.text.Reveal()) {
		e.mistake("holds an appid; give the AppSecret of the Mini Program's development settings")
		return false
	}
	return parseText(e, isSecretRune, "white space or another character than printable ASCII")
}

func isNameRune(r rune) bool { return !unicode.IsControl(r) }

// isSecretRune is deliberately wide: today's secrets are 32 hex digits, but WeChat
// documents no form.
func isSecretRune(r rune) bool { return r > ' ' && r <= unicode.MaxASCII && unicode.IsPrint(r) }

// parseText refuses a text that holds a character which is not allowed in it. A label
// value that is not valid UTF-8 would fail a whole scrape.
func parseText(e *entry, allowed func(rune) bool, wrong string) bool {
	if isMadeOf(e.text.Reveal(), allowed) {
		return true
	}
	e.mistake("holds %s; write it anew without", wrong)
	return false
}

func isMadeOf(text string, allowed func(rune) bool) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !allowed(r) }) < 0
}

func parseSecretFile(e *entry, folder string) string {
	if e.text == "" { // said already
		return ""
	}
	file := join(folder, e.text.Reveal())
	if _, err := readSecretFile(file); err != nil {
		e.mistake("%v", err)
	}
	return file
}

// readSecretFile returns the app secret that a file holds, without the white space
// around it. The error names the file and never its content.
func readSecretFile(file string) (wechat.Secret, error) {
	const most = 4096
	content, err := readBounded(file, most)
	if err != nil {
		return "", fmt.Errorf("%s cannot be read (%s); name a readable file that holds the secret", shown(file), reason(err))
	}
	secret := strings.TrimSpace(strings.TrimPrefix(string(content), "\ufeff"))
	if secret == "" {
		return "", fmt.Errorf("%s is empty; write the secret into it", shown(file))
	}
	if !isMadeOf(secret, isSecretRune) {
		return "", fmt.Errorf("%s holds more than one word of plain characters; write the secret alone into it", shown(file))
	}
	return wechat.Secret(secret), nil
}

// readBounded reads a file of at most that many bytes.
func readBounded(file string, most int64) (_ []byte, err error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	content, err := io.ReadAll(io.LimitReader(opened, most+1))
	if err == nil && int64(len(content)) > most {
		return nil, fmt.Errorf("more than %d bytes", most)
	}
	return content, err
}

// parseTokenFile lets the file be absent, since another program may write it later.
func parseTokenFile(e *entry, folder string) string {
	if e.text == "" { // said already
		return ""
	}
	file := join(folder, e.text.Reveal())
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.warning("%s does not exist yet; until it does, there are no data of this app", shown(file))
	case err != nil:
		e.warning("%s cannot be looked at (%s); until it can, there are no data of this app", shown(file), reason(err))
	case info.IsDir():
		e.mistake("%s is a folder; name the file in it that holds the token", shown(file))
	}
	return file
}

func parseTokenURL(e *entry) wechat.Secret {
	if e.text != "" {
		parseHTTPURL(e.place, e.text.Reveal(), "https://tokens.example.com/wx0123456789abcdef")
	}
	return e.text
}

// join returns the file as seen from the folder, unless it is absolute.
func join(folder, file string) string {
	if folder == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(folder, file)
}
