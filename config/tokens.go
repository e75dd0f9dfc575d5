package config

import (
	"errors"
	"io/fs"
	"regexp"

	"github.com/wxapp-exporter/wxapp_exporter/files"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// TokenKind is a kind of source of tokens, by its key in the apps file.
type TokenKind string

// The kinds of sources of tokens.
const (
	BySecret     TokenKind = "secret"
	BySecretFile TokenKind = "secret_file"
	ByTokenFile  TokenKind = "token_file"
	ByTokenURL   TokenKind = "token_url"
)

// TokenSource says where the tokens of an app come from. It is zero with NoToken.
type TokenSource struct {
	Kind TokenKind
	// Value is the path of a file, else the secret or the URL itself.
	Value wechat.Secret
}

// EndsOthers reports whether each token of the source ends the one before, which others
// may use.
func (s TokenSource) EndsOthers(endpoint TokenEndpoint) bool {
	return endpoint == PlainToken && (s.Kind == BySecret || s.Kind == BySecretFile)
}

// WatchedFile returns the path of the file whose content the source depends on for good; of
// others, which are read again and again, it is empty.
func (s TokenSource) WatchedFile() string {
	if kind, ok := s.kind(); ok && kind.watched {
		return s.Value.Reveal()
	}
	return ""
}

// Private returns the value if nobody may see it: it is that of no file.
func (s TokenSource) Private() wechat.Secret {
	if kind, ok := s.kind(); ok && kind.isFile() {
		return ""
	}
	return s.Value
}

func (s TokenSource) kind() (tokenKind, bool) {
	for _, kind := range tokenKinds() {
		if kind.key == s.Kind {
			return kind, true
		}
	}
	return tokenKind{}, false
}

// tokenKind describes a kind of source of tokens.
type tokenKind struct {
	key      TokenKind
	variable string // of the app of the environment
	// limit is how many bytes are read of a kind that is a file; 0: it is none.
	limit int64
	// watched says that a change of the file is a change of the app.
	watched bool
	// parse reports what is wrong with a source and returns its value: empty if it cannot
	// be used. The file is that of a kind that is one.
	parse func(p *property, f file, rules appRules) wechat.Secret
}

// tokenKinds returns the one list of the kinds, in the order in which messages name them.
func tokenKinds() []tokenKind {
	return []tokenKind{
		{key: BySecret, variable: "WXAPP_SECRET", parse: parseSecret},
		{key: BySecretFile, variable: "WXAPP_SECRET_FILE", limit: maxSecretFile, watched: true, parse: parseSecretFile},
		{key: ByTokenFile, variable: "WXAPP_TOKEN_FILE", limit: wechat.MaxTokenFile, parse: parseTokenFile},
		{key: ByTokenURL, variable: "WXAPP_TOKEN_URL", parse: parseTokenURL},
	}
}

func (k tokenKind) isFile() bool { return k.limit > 0 }

// tokenKeys returns the keys of the kinds in the apps file.
func tokenKeys() []string {
	var keys []string
	for _, kind := range tokenKinds() {
		keys = append(keys, string(kind.key))
	}
	return keys
}

// tokenVariables returns the variables of the kinds.
func tokenVariables() []string {
	var variables []string
	for _, kind := range tokenKinds() {
		variables = append(variables, kind.variable)
	}
	return variables
}

func parseSecret(p *property, _ file, _ appRules) wechat.Secret {
	switch {
	case wechat.IsUsualAppID(p.text.Reveal()):
		p.errorf("is an AppID; use the AppSecret from the development settings of the Mini Program")
		return ""
	case !checkCharacters(p, isSecretRune, "white space or a character that is not printable ASCII"):
		return ""
	case p.text != "" && !isUsualSecret(p.text):
		p.warnf("%s", unusualSecret)
	}
	return p.text
}

const (
	inQuotes      = "is in quotation marks, which are part of the value here, because docker run --env-file and others keep them; remove them"
	unusualSecret = "does not look like an AppSecret; WeChat's are 32 hex digits"
)

// usualSecret matches the form that all AppSecrets have (reported; WeChat documents none).
var usualSecret = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)

func isUsualSecret(secret wechat.Secret) bool { return usualSecret.MatchString(secret.Reveal()) }

// isQuoted reports whether a text is in quotation marks.
func isQuoted(text string) bool {
	return len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0]
}

// parseSecretFile reports what is wrong with a secret file, and returns its path.
func parseSecretFile(p *property, f file, _ appRules) wechat.Secret {
	if p.text == "" { // already reported
		return ""
	}
	secret, err := secretIn(f)
	if err != nil {
		p.errorf("%v", err)
		return wechat.Secret(f.path)
	}
	if f.openToOthers {
		p.warnf("%s can be read by every user of this machine; run chmod 600 on it", shown(f.path))
	}
	if !isUsualSecret(secret) {
		p.warnf("the content of %s %s", shown(f.path), unusualSecret)
	}
	return wechat.Secret(f.path)
}

// parseTokenFile reports what is wrong with a token file, and returns its path. The file
// may be absent or unreadable for now, because another program writes it.
func parseTokenFile(p *property, f file, _ appRules) wechat.Secret {
	switch {
	case p.text == "": // already reported
	case errors.Is(f.err, files.ErrNotRegular):
		p.errorf("%s %s; use the path of the token file", shown(f.path), unreadable(f.err))
	case errors.Is(f.err, fs.ErrNotExist):
		p.warnf("%s does not exist yet; there is no data for this app until it does", shown(f.path))
	case f.err != nil:
		p.warnf("%s %s; there is no data for this app until it can be read", shown(f.path), unreadable(f.err))
	case f.openToOthers:
		p.warnf("%s can be read by every user of this machine; run chmod 600 on it", shown(f.path))
	}
	return wechat.Secret(f.path)
}

// parseTokenURL takes the URL of a token server.
func parseTokenURL(p *property, _ file, rules appRules) wechat.Secret {
	if p.text == "" { // already reported
		return ""
	}
	parsed, ok := parseHTTPURL(p.position, p.text.Reveal(), "https://tokens.example.com/wx0123456789abcdef")
	if ok {
		checkEncrypted(p.position, parsed, rules.allowHTTP)
	}
	return p.text
}
