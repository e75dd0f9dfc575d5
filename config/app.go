package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/files"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// properties is one app as its owner described it, in the environment or in the apps file.
// What is absent is nil, except for the id, which parseApp needs.
type properties struct {
	id, name                                *property
	secret, secretFile, tokenFile, tokenURL *property

	line int // of the apps file, where the app begins
}

// property is one value that the owner wrote.
type property struct {
	position          // its own, for example WXAPP_APPS_FILE: apps.yaml:7: secret
	key      string   // as its owner knows it: WXAPP_SECRET, or secret
	line     position // that of its line, for problems about several properties
	text     wechat.Secret
}

// Reading is what was read of the apps at one time.
type Reading struct {
	Apps []App
	// Files are the files that the apps and their secrets come from.
	Files Files
	// Warnings are one line each, as those of Read.
	Warnings []string
}

// ReadApps reads the apps again while the exporter runs. The error has the lines that Read
// would return for them. Beside an error there are no apps, but the files that were read
// and the warnings.
func ReadApps() (Reading, error) {
	e, err := readEnvironment()
	if err != nil {
		return Reading{}, err
	}
	p := &problems{given: e.given}
	apps, files := readApps(p, e, parseAppsFile(p, e))
	if err := p.err(); err != nil {
		return Reading{Files: files, Warnings: p.warnings}, err
	}
	return Reading{apps, files, p.warnings}, nil
}

// readApps returns the app of the environment and those of the apps file, and the files
// that they come from.
func readApps(p *problems, e environment, file appsFile) ([]App, Files) {
	files := Files{}
	apps := parseEnvironmentApp(p, e, file, files)
	if file.path != "" {
		apps = append(apps, file.read(p, files)...)
	}
	return apps, files
}

// parseEnvironmentApp returns the app that the environment describes, if there is one, and
// adds its secret file to the files.
func parseEnvironmentApp(p *problems, e environment, file appsFile, secretFiles Files) []App {
	variable := func(name string, value wechat.Secret) *property {
		if value == "" {
			return nil
		}
		return &property{position: p.at(name), key: name, line: p.at(name), text: value}
	}
	app := properties{
		id:         variable("WXAPP_APPID", wechat.Secret(e.AppID)),
		name:       variable("WXAPP_APP_NAME", wechat.Secret(e.AppName)),
		secret:     variable("WXAPP_SECRET", e.Secret),
		secretFile: variable("WXAPP_SECRET_FILE", wechat.Secret(e.SecretFile)),
		tokenFile:  variable("WXAPP_TOKEN_FILE", wechat.Secret(e.TokenFile)),
		tokenURL:   variable("WXAPP_TOKEN_URL", e.TokenURL),
	}
	switch {
	case app.id != nil:
		rules := appRules{tokenEndpoint: file.tokenEndpoint, allowHTTP: file.allowHTTP, files: readFiles("", app)}
		secretFiles.addSecrets(rules.files, app)
		return []App{parseApp(app, app.id.position, rules)}
	case len(app.keys()) > 0:
		p.at("WXAPP_APPID").errorf("is not set, but required by %s; set it to the AppID of the Mini Program", and(app.keys()))
	case file.path == "":
		p.at("WXAPP_APPID").errorf("is not set, and neither is WXAPP_APPS_FILE; set WXAPP_APPID and WXAPP_SECRET for one Mini Program, or WXAPP_APPS_FILE for many; to try the exporter without an account, run wxapp_exporter demo")
	}
	return nil
}

// sources returns the properties that each say where tokens come from.
func (a properties) sources() []*property {
	var sources []*property
	for _, source := range []*property{a.secret, a.secretFile, a.tokenFile, a.tokenURL} {
		if source != nil {
			sources = append(sources, source)
		}
	}
	return sources
}

// keys returns the names of the properties that make sense only with an appid.
func (a properties) keys() []string {
	keys := keysOf(a.sources())
	if a.name != nil {
		keys = append(keys, a.name.key)
	}
	return keys
}

func keysOf(properties []*property) []string {
	keys := make([]string, len(properties))
	for i, p := range properties {
		keys[i] = p.key
	}
	return keys
}

// appRules is what parsing an app depends on.
type appRules struct {
	tokenEndpoint TokenEndpoint
	allowHTTP     bool
	files         foundFiles // those that the app names
}

// parseApp checks one app. Problems about the whole app begin with the position.
func parseApp(a properties, p position, rules appRules) App {
	var app App
	app.ID = parseAppID(a.id)
	app.Name = app.ID
	if a.name != nil && checkCharacters(a.name, isNameRune, "a control character, such as a line break, or invalid UTF-8") {
		app.Name = a.name.text.Reveal()
	}

	sources := a.sources()
	switch {
	case rules.tokenEndpoint == NoToken && len(sources) > 0:
		sources[0].line.errorf("%s cannot be combined with WXAPP_TOKEN_ENDPOINT=none, which uses no token; remove one of the two", and(keysOf(sources)))
		return app
	case rules.tokenEndpoint == NoToken:
		return app
	case len(sources) == 0:
		keys := []string{"secret", "secret_file", "token_file", "token_url"}
		if a.id.key == "WXAPP_APPID" {
			keys = []string{"WXAPP_SECRET", "WXAPP_SECRET_FILE", "WXAPP_TOKEN_FILE", "WXAPP_TOKEN_URL"}
		}
		p.errorf("the app has no source of tokens; set %s", or(keys))
	case len(sources) > 1:
		sources[1].line.errorf("%s are set for the same app; keep one of them", and(keysOf(sources)))
	}

	if a.secret != nil && checkSecret(a.secret) {
		app.Secret = a.secret.text
	}
	if a.secretFile != nil {
		app.SecretFile = checkSecretFile(a.secretFile, rules.files[a.secretFile])
	}
	if a.tokenFile != nil {
		app.TokenFile = checkTokenFile(a.tokenFile, rules.files[a.tokenFile])
	}
	if a.tokenURL != nil && a.tokenURL.text != "" {
		app.TokenURL = parseTokenURL(a.tokenURL.position, a.tokenURL.text, rules.allowHTTP)
	}
	return app
}

var (
	validAppID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	usualAppID = regexp.MustCompile(`^wx[0-9A-Fa-f]{16}$`)
)

func parseAppID(p *property) string {
	id := p.text.Reveal()
	switch {
	case id == "": // already reported
	case !validAppID.MatchString(id):
		p.errorf("%s is not an AppID; AppIDs contain letters, digits, _ and - only, usually wx and 16 hex digits", shown(id))
	case !usualAppID.MatchString(id):
		p.warnf("%s does not look like an AppID; WeChat's are wx and 16 hex digits", shown(id))
	}
	return id
}

func checkSecret(p *property) bool {
	if usualAppID.MatchString(p.text.Reveal()) {
		p.errorf("is an AppID; use the AppSecret from the development settings of the Mini Program")
		return false
	}
	return checkCharacters(p, isSecretRune, "white space or a character that is not printable ASCII")
}

func isNameRune(r rune) bool { return !unicode.IsControl(r) }

// isSecretRune is wide on purpose: today's secrets are 32 hex digits, but WeChat documents
// no form.
func isSecretRune(r rune) bool { return r > ' ' && r <= unicode.MaxASCII && unicode.IsPrint(r) }

// checkCharacters refuses a text with a character that is not allowed. A label value that
// is not valid UTF-8 would make every scrape fail.
func checkCharacters(p *property, allowed func(rune) bool, wrong string) bool {
	if isMadeOf(p.text.Reveal(), allowed) {
		return true
	}
	p.errorf("contains %s; remove it", wrong)
	return false
}

func isMadeOf(text string, allowed func(rune) bool) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !allowed(r) }) < 0
}

// checkSecretFile reports what is wrong with a secret file, and returns its path.
func checkSecretFile(p *property, f file) string {
	if p.text == "" { // already reported
		return ""
	}
	if _, err := secretIn(f); err != nil {
		p.errorf("%v", err)
		return f.path
	}
	if f.openToOthers {
		p.warnf("%s can be read by every user of this machine; run chmod 600 on it", shown(f.path))
	}
	return f.path
}

// checkTokenFile reports what is wrong with a token file, and returns its path. The file
// may be absent or unreadable for now, because another program writes it.
func checkTokenFile(p *property, f file) string {
	switch {
	case p.text == "": // already reported
	case errors.Is(f.err, files.ErrNotRegular):
		p.errorf("%s %s; name the file that holds the token", shown(f.path), unreadable(f.err))
	case errors.Is(f.err, fs.ErrNotExist):
		p.warnf("%s does not exist yet; there is no data for this app until it does", shown(f.path))
	case f.err != nil:
		p.warnf("%s %s; there is no data for this app until it can be read", shown(f.path), unreadable(f.err))
	case f.openToOthers:
		p.warnf("%s can be read by every user of this machine; run chmod 600 on it", shown(f.path))
	}
	return f.path
}

// join returns the file as seen from the folder, unless it is absolute.
func join(folder, file string) string {
	if folder == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(folder, file)
}
