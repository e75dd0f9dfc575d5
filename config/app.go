package config

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// properties is one app as its owner described it, in the environment or in the apps file.
// What is absent is nil, except for the id, which parseApp needs.
type properties struct {
	id, name *property
	sources  []source

	line int // of the apps file, where the app begins
}

// source is a property that says where tokens come from.
type source struct {
	*property
	kind tokenKind
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
	// Apps are those of this shard, and OtherApps those of others.
	Apps, OtherApps []App
	// Files are the files that all apps and their secrets come from.
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
	return readAgain(e)
}

func readAgain(e environment) (Reading, error) {
	p := &problems{given: e.given}
	all, files := readApps(p, e, parseAppsFile(p, e))
	apps, others := divide(parseShard(p, e), all)
	if err := p.err(); err != nil {
		return Reading{Files: files, Warnings: p.allWarnings()}, err
	}
	return Reading{apps, others, files, p.allWarnings()}, nil
}

// readApps returns the app of the environment and those of the apps file, whatever their shard,
// so that all processes find the same mistakes, and the files that they come from. The file of the
// object storage is watched with them.
func readApps(p *problems, e environment, file appsFile) ([]App, Files) {
	files := Files{}
	apps := parseEnvironmentApp(p, e, file, files)
	if file.path != "" {
		apps = append(apps, file.read(p, files)...)
	}
	if e.ArchiveConfig != "" { // of which a reload takes the keys
		files.add(readFile(e.ArchiveConfig, maxArchiveConfigFile), maxArchiveConfigFile)
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
		id:   variable("WXAPP_APPID", wechat.Secret(e.AppID)),
		name: variable("WXAPP_APP_NAME", wechat.Secret(e.AppName)),
	}
	for _, kind := range tokenKinds() {
		if p := variable(kind.variable, e.values[kind.variable]); p != nil {
			app.sources = append(app.sources, source{p, kind})
		}
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

// keys returns the names of the properties that make sense only with an appid.
func (a properties) keys() []string {
	keys := a.sourceKeys()
	if a.name != nil {
		keys = append(keys, a.name.key)
	}
	return keys
}

// sourceKeys returns the names of the properties that say where tokens come from.
func (a properties) sourceKeys() []string {
	var keys []string
	for _, source := range a.sources {
		keys = append(keys, source.key)
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
	if a.name != nil && checkLength(a.name, maxName) && checkCharacters(a.name, isNameRune, "a control character, such as a line break, or invalid UTF-8") {
		app.Name = a.name.text.Reveal()
		if isQuoted(app.Name) {
			a.name.warnf("%s", inQuotes)
		}
	}

	switch {
	case rules.tokenEndpoint == NoToken && len(a.sources) > 0:
		a.sources[0].line.errorf("%s cannot be combined with WXAPP_TOKEN_ENDPOINT=none, which uses no token; remove one of the two", and(a.sourceKeys()))
		return app
	case rules.tokenEndpoint == NoToken:
		return app
	case len(a.sources) == 0:
		keys := tokenKeys()
		if a.id.key == "WXAPP_APPID" {
			keys = tokenVariables()
		}
		p.errorf("the app has no source of tokens; set %s", or(keys))
	case len(a.sources) > 1:
		a.sources[1].line.errorf("%s are set for the same app; keep one of them", and(a.sourceKeys()))
	}

	for _, source := range a.sources {
		if isQuoted(source.text.Reveal()) {
			source.errorf("%s", inQuotes)
			continue
		}
		value := source.kind.parse(source.property, rules.files[source.property], rules)
		if value != "" && len(a.sources) == 1 {
			app.Tokens = TokenSource{source.kind.key, value}
		}
	}
	return app
}

func parseAppID(p *property) string {
	id := p.text.Reveal()
	switch {
	case id == "": // already reported
	case len(id) > maxAppID:
		p.errorf("has %s characters, but AppIDs have 18 and may have %d at most", text.Grouped(int64(len(id))), maxAppID)
	case !wechat.IsAppID(id):
		p.errorf("%s is not an AppID; AppIDs contain letters, digits, _ and - only, usually wx and 16 hex digits", shown(id))
	case !wechat.IsUsualAppID(id):
		p.warnf("%s does not look like an AppID; WeChat's are wx and 16 hex digits", shown(id))
	}
	return id
}

// The longest appid and name of an app, in bytes. An appid is the name of a folder in the
// archive, and both are labels of series.
const (
	maxAppID = 64
	maxName  = 256
)

func isWholeAppID(id string) bool { return len(id) <= maxAppID && wechat.IsAppID(id) }

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

// checkLength refuses a text of more bytes than a limit.
func checkLength(p *property, limit int) bool {
	if len(p.text) <= limit {
		return true
	}
	p.errorf("has %s bytes, the limit is %d; shorten it", text.Grouped(int64(len(p.text))), limit)
	return false
}

func isMadeOf(text string, allowed func(rune) bool) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !allowed(r) }) < 0
}

// join returns the file as seen from the folder, unless it is absolute.
func join(folder, file string) string {
	if folder == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(folder, file)
}
