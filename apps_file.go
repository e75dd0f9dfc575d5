package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// mostAppsFile is the largest apps file that is read, in bytes.
const mostAppsFile = 1 << 20

// appsFile is the file that WXAPP_APPS_FILE names. It is walked node by node,
// because the messages of the YAML decoder quote values.
type appsFile struct {
	findings *findings
	path     string
}

// readAppsFile returns the apps of a file. None of them may be otherApp, the appid
// of the environment.
func readAppsFile(found *findings, path, otherApp, tokenEndpoint string) []appConfig {
	file := appsFile{found, path}
	content, err := readBounded(path, mostAppsFile)
	if err != nil {
		file.whole().mistake("cannot be read (%s); name a readable YAML file", reason(err))
		return nil
	}
	return file.parse(content, otherApp, tokenEndpoint)
}

func (a appsFile) parse(content []byte, otherApp, tokenEndpoint string) []appConfig {
	var apps []appConfig
	lines := map[string]int{}
	for _, node := range a.list(content) {
		app, ok := a.account(node)
		if !ok {
			continue
		}
		if app.id == nil {
			a.line(node).mistake("appid is missing; each app needs one")
			app.id = &entry{place: a.line(node), key: "appid"}
		}
		apps = append(apps, parseAccount(app, a.line(node), filepath.Dir(a.path), tokenEndpoint))
		id := app.id.text.Reveal()
		switch first, twice := lines[id]; {
		case id == "": // said already
		case id == otherApp:
			app.id.mistake("this app is given by WXAPP_APPID too; keep one of them")
		case twice:
			app.id.mistake("this app is given in line %d already; keep one of them", first)
		default:
			lines[id] = node.Line
		}
	}
	return apps
}

// whole is the place of findings about the file as such.
func (a appsFile) whole() place {
	path := a.path
	if quoted := shown(path); quoted != `"`+path+`"` {
		path = quoted
	}
	return a.findings.at("WXAPP_APPS_FILE: " + path)
}

func (a appsFile) line(node *yaml.Node) place { return a.lineNumber(node.Line) }

func (a appsFile) lineNumber(line int) place {
	return a.findings.at(fmt.Sprintf("%s:%d", a.whole().name, max(line, 1)))
}

// list returns the nodes of the apps.
func (a appsFile) list(content []byte) []*yaml.Node {
	const remedy = `write "apps:" and below it a list with an appid and a secret for each app`
	root := a.document(content)
	if root == nil {
		a.whole().mistake("is empty; %s", remedy)
		return nil
	}
	if root.Kind != yaml.MappingNode {
		if root.Kind != 0 {
			a.line(root).mistake("is not a mapping; %s", remedy)
		}
		return nil
	}
	var apps []*yaml.Node
	given := false
	for _, value := range a.pairs(root, "apps") {
		given = true
		switch {
		case value.Kind != yaml.SequenceNode:
			a.line(value).mistake("apps is not a list; %s", remedy)
		case len(value.Content) == 0:
			a.line(value).mistake("apps is empty; %s", remedy)
		default:
			apps = value.Content
		}
	}
	if !given {
		a.line(root).mistake("apps is missing; %s", remedy)
	}
	return apps
}

// document returns the content of the only document: nil when there is none, and a
// node without a kind when it cannot be read, which is reported.
func (a appsFile) document(content []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		a.syntax(err, content)
		return &yaml.Node{}
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		a.line(&second).mistake("a second YAML document begins here; keep all apps in one")
	case !errors.Is(err, io.EOF):
		a.syntax(err, content)
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
func (a appsFile) syntax(err error, content []byte) {
	text := err.Error()
	if match := unknownAnchor.FindStringSubmatch(text); match != nil {
		before, _, _ := bytes.Cut(content, []byte("*"+match[1]))
		a.lineNumber(1 + bytes.Count(before, []byte("\n"))).mistake("a value that begins with * is an alias, and its anchor is missing; put the value in quotes")
		return
	}
	p := a.whole()
	if match := yamlLine.FindStringSubmatch(text); match != nil {
		p = a.findings.at(p.name + ":" + match[1])
		text = text[len(match[0]):]
	}
	text = yamlQuoted.ReplaceAllString(strings.TrimPrefix(text, "yaml: "), "a name")
	p.mistake("is not valid YAML here or a line before: %s; correct it", text)
}

// account returns what a node says of one app, if it says anything.
func (a appsFile) account(node *yaml.Node) (account, bool) {
	var app account
	properties := map[string]**entry{
		"appid":       &app.id,
		"name":        &app.name,
		"secret":      &app.secret,
		"secret_file": &app.secretFile,
		"token_file":  &app.tokenFile,
		"token_url":   &app.tokenURL,
	}
	// An alias of a whole app is none either: its appid would stand there twice.
	if node.Kind != yaml.MappingNode {
		a.line(node).mistake("is not an app; write it as in {appid: wx0123456789abcdef, secret_file: secret}")
		return app, false
	}
	for key, value := range a.pairs(node, "appid", "name", "secret", "secret_file", "token_file", "token_url") {
		line := a.line(value)
		e := &entry{place: a.findings.at(line.name + ": " + key), key: key, before: line}
		e.text = wechat.Secret(text(e.place, value))
		*properties[key] = e
	}
	return app, true
}

// pairs returns the known keys of a mapping with their values, each once, and
// reports all others.
func (a appsFile) pairs(mapping *yaml.Node, known ...string) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		lines := map[string]int{}
		for pair := range slices.Chunk(mapping.Content, 2) {
			key, value := resolved(pair[0]), pair[1]
			line := a.line(pair[0])
			first, twice := lines[key.Value]
			switch {
			case key.Kind != yaml.ScalarNode:
				line.mistake("a key is not a word; known keys are %s", and(known))
			case key.ShortTag() == "!!merge":
				line.mistake("merge keys (<<) are not supported; write the keys out")
			case !slices.Contains(known, key.Value):
				line.mistake("the key %s is unknown; %s", shownKey(key.Value), hint(key.Value, known))
			case twice:
				line.mistake("%s is given in line %d already; keep one of them", key.Value, first)
			default:
				lines[key.Value] = pair[0].Line
				if !yield(key.Value, value) {
					return
				}
			}
		}
	}
}

// hint says which key was probably meant, or which there are.
func hint(key string, known []string) string {
	if near, ok := nearest(key, known); ok {
		return "did you mean " + near + "?"
	}
	if len(known) == 1 {
		return "the only key here is " + known[0]
	}
	return "known keys are " + and(known)
}

// plainKey matches what is surely a misspelled key and no secret.
var plainKey = regexp.MustCompile(`^[A-Za-z_-]{1,24}$`)

func shownKey(key string) string {
	if plainKey.MatchString(key) {
		return key
	}
	return "in this line"
}

// text returns the text of a scalar. Numbers count as they are written, because a
// name, an appid or a secret may consist of digits.
func text(p place, node *yaml.Node) string {
	scalar := resolved(node)
	if scalar.Kind != yaml.ScalarNode {
		p.mistake("is not text; write one value after the colon")
		return ""
	}
	switch scalar.ShortTag() {
	case "!!str", "!!int", "!!float", "!!timestamp":
		if value := strings.TrimSpace(scalar.Value); value != "" {
			return value
		}
		fallthrough
	case "!!null":
		p.mistake("is empty; write its value or remove the line")
	default:
		p.mistake("is not text; put it in quotes")
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
