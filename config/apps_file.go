package config

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// maxAppsFile is the largest apps file that is read, in bytes.
const maxAppsFile = 1 << 20

// AppsFile is the file that WXAPP_APPS_FILE names, and what the environment says that
// matters to its apps.
type AppsFile struct {
	Path          string
	TokenEndpoint TokenEndpoint
	// AllowHTTP allows token URLs of plain http to public hosts.
	AllowHTTP bool
	// OtherApp is the appid of the environment, which must not stand in the file as well.
	// May be empty.
	OtherApp string
}

// Read reads the apps of the file. The error has one line for each thing that is wrong,
// and there may be warnings beside it; neither shows a secret.
func (f AppsFile) Read() (apps []App, warnings []string, err error) {
	p := &problems{}
	apps = f.read(p)
	if err := p.err(); err != nil {
		return nil, p.warnings, err
	}
	return apps, p.warnings, nil
}

func (f AppsFile) read(p *problems) []App {
	reader := appsReader{f, p}
	content := readFile(f.Path, maxAppsFile)
	if content.err != nil {
		reader.whole().errorf("%s; name a readable YAML file", unreadable(content.err))
		return nil
	}
	apps := reader.apps(content.content)
	if content.openToOthers && slices.ContainsFunc(apps, func(a properties) bool { return a.secret != nil || a.tokenURL != nil }) {
		reader.whole().warnf("holds secrets and can be read by every user of this machine; run chmod 600 on it")
	}
	return reader.parse(apps)
}

// appsReader walks an apps file node by node, because the messages of the YAML decoder
// quote values.
type appsReader struct {
	AppsFile
	problems *problems
}

// apps returns what the file says about each app.
func (r appsReader) apps(content []byte) []properties {
	var apps []properties
	for _, node := range r.list(content) {
		app, ok := r.properties(node)
		if !ok {
			continue
		}
		if app.id == nil {
			r.line(node).errorf("appid is missing; every app needs one")
			app.id = &property{position: r.line(node), key: "appid", line: r.line(node)}
		}
		app.line = node.Line
		apps = append(apps, app)
	}
	return apps
}

func (r appsReader) parse(apps []properties) []App {
	folder := filepath.Dir(r.Path)
	rules := appRules{tokenEndpoint: r.TokenEndpoint, allowHTTP: r.AllowHTTP, files: readFiles(folder, apps...)}
	var parsed []App
	lines := map[string]int{}
	for _, app := range apps {
		parsed = append(parsed, parseApp(app, r.lineNumber(app.line), rules))
		id := app.id.text.Reveal()
		switch first, twice := lines[id]; {
		case id == "": // already reported
		case id == r.OtherApp:
			app.id.errorf("this app is also set by WXAPP_APPID; keep one of them")
		case twice:
			app.id.errorf("this app is already in line %d; keep one of them", first)
		default:
			lines[id] = app.line
		}
	}
	return parsed
}

// whole is the position of the file as such.
func (r appsReader) whole() position {
	path := r.Path
	if quoted := shown(path); quoted != `"`+path+`"` {
		path = quoted
	}
	return r.problems.at("WXAPP_APPS_FILE").in(": ", path)
}

func (r appsReader) line(node *yaml.Node) position { return r.lineNumber(node.Line) }

func (r appsReader) lineNumber(line int) position {
	return r.whole().in(":", strconv.Itoa(max(line, 1)))
}

// list returns the nodes of the apps.
func (r appsReader) list(content []byte) []*yaml.Node {
	const remedy = `write "apps:" and below it a list with an appid and a secret for each app`
	root := r.document(content)
	if root == nil {
		r.whole().errorf("is empty; %s", remedy)
		return nil
	}
	if root.Kind != yaml.MappingNode {
		if root.Kind != 0 {
			r.line(root).errorf("is not a mapping; %s", remedy)
		}
		return nil
	}
	var apps []*yaml.Node
	given := false
	for _, value := range r.pairs(root, "apps") {
		given = true
		switch {
		case value.Kind != yaml.SequenceNode:
			r.line(value).errorf("apps is not a list; %s", remedy)
		case len(value.Content) == 0:
			r.line(value).errorf("apps is empty; %s", remedy)
		default:
			apps = value.Content
		}
	}
	if !given {
		r.line(root).errorf("apps is missing; %s", remedy)
	}
	return apps
}

// document returns the content of the only document: nil when there is none, and a
// node without a kind when it cannot be read, which is then reported.
func (r appsReader) document(content []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		r.syntax(err, content)
		return &yaml.Node{}
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		r.line(&second).errorf("a second YAML document begins here; put all apps into one")
	case !errors.Is(err, io.EOF):
		r.syntax(err, content)
	}
	if len(first.Content) == 0 || first.Content[0].ShortTag() == "!!null" {
		return nil
	}
	return first.Content[0]
}

var (
	yamlLine      = regexp.MustCompile(`^yaml: line (\d+): `)
	unknownAnchor = regexp.MustCompile(`^yaml: unknown anchor '(.*)' referenced$`)
	yamlQuoted    = regexp.MustCompile(`'[^']{2,}'`)
)

// syntax reports an error of the YAML parser without the text that it quotes.
func (r appsReader) syntax(err error, content []byte) {
	text := err.Error()
	if match := unknownAnchor.FindStringSubmatch(text); match != nil {
		before, _, _ := bytes.Cut(content, []byte("*"+match[1]))
		r.lineNumber(1 + bytes.Count(before, []byte("\n"))).errorf("a value that begins with * is a YAML alias, and its anchor is missing; put the value in quotes")
		return
	}
	p := r.whole()
	if match := yamlLine.FindStringSubmatch(text); match != nil {
		p = p.in(":", match[1])
		text = text[len(match[0]):]
	}
	text = yamlQuoted.ReplaceAllString(strings.TrimPrefix(text, "yaml: "), "a name")
	p.errorf("is not valid YAML, on this line or the one before: %s; fix the syntax", text)
}

// properties returns what a node says about one app, if it is about one.
func (r appsReader) properties(node *yaml.Node) (properties, bool) {
	var app properties
	byKey := map[string]**property{
		"appid":       &app.id,
		"name":        &app.name,
		"secret":      &app.secret,
		"secret_file": &app.secretFile,
		"token_file":  &app.tokenFile,
		"token_url":   &app.tokenURL,
	}
	// An alias of a whole app is refused too: its appid would be there twice.
	if node.Kind != yaml.MappingNode {
		r.line(node).errorf("is not an app; use the form {appid: wx0123456789abcdef, secret_file: secret}")
		return app, false
	}
	for key, value := range r.pairs(node, "appid", "name", "secret", "secret_file", "token_file", "token_url") {
		line := r.line(value)
		p := &property{position: line.in(": ", key), key: key, line: line}
		p.text = wechat.Secret(scalarText(p.position, value))
		*byKey[key] = p
	}
	return app, true
}

// pairs returns the known keys of a mapping with their values, each once, and
// reports all others.
func (r appsReader) pairs(mapping *yaml.Node, known ...string) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		lines := map[string]int{}
		for pair := range slices.Chunk(mapping.Content, 2) {
			key, value := resolved(pair[0]), pair[1]
			line := r.line(pair[0])
			first, twice := lines[key.Value]
			switch {
			case key.Kind != yaml.ScalarNode:
				line.errorf("a key is not plain text; known keys are %s", and(known))
			case key.ShortTag() == "!!merge":
				line.errorf("merge keys (<<) are not supported; write out the keys")
			case !slices.Contains(known, key.Value):
				line.errorf("the key %s is unknown; %s", shownKey(key.Value), hint(key.Value, known))
			case twice:
				line.errorf("%s is already in line %d; keep one of them", key.Value, first)
			default:
				lines[key.Value] = pair[0].Line
				if !yield(key.Value, value) {
					return
				}
			}
		}
	}
}

// hint says which key was probably meant, or which keys there are.
func hint(key string, known []string) string {
	if near, ok := nearest(key, "", known); ok {
		return "did you mean " + near + "?"
	}
	if len(known) == 1 {
		return "the only key here is " + known[0]
	}
	return "known keys are " + and(known)
}

// plainKey matches what is a misspelled key and cannot be a secret.
var plainKey = regexp.MustCompile(`^[A-Za-z_-]{1,24}$`)

func shownKey(key string) string {
	if plainKey.MatchString(key) {
		return key
	}
	return "in this line"
}

// scalarText returns the text of a scalar. Numbers are taken as they are written, because
// a name, an appid or a secret may consist of digits.
func scalarText(p position, node *yaml.Node) string {
	scalar := resolved(node)
	if scalar.Kind != yaml.ScalarNode {
		p.errorf("is not text; write a single value after the colon")
		return ""
	}
	switch scalar.ShortTag() {
	case "!!str", "!!int", "!!float", "!!timestamp":
		if value := strings.TrimSpace(scalar.Value); value != "" {
			return value
		}
		fallthrough
	case "!!null":
		p.errorf("is empty; write its value or remove the line")
	default:
		p.errorf("is not text; put it in quotes")
	}
	return ""
}

// resolved follows an alias to what its anchor names.
func resolved(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}
