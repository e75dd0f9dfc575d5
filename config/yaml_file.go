package config

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlFile reads a YAML file node by node, because the messages of the YAML decoder quote
// values.
type yamlFile struct {
	setting position // of the variable that names the file
	path    string
}

// whole is the position of the file as such.
func (f yamlFile) whole() position {
	path := f.path
	if quoted := shown(path); quoted != `"`+path+`"` {
		path = quoted
	}
	return f.setting.in(": ", path)
}

func (f yamlFile) line(node *yaml.Node) position { return f.lineNumber(node.Line) }

func (f yamlFile) lineNumber(line int) position {
	line = max(line, 1)
	p := f.whole().in(":", strconv.Itoa(line))
	p.line = line
	return p
}

// document returns the content of the only document: nil when there is none, and a
// node without a kind when it cannot be read, which is then reported. The remedy says what
// to do about a second one.
func (f yamlFile) document(content []byte, remedy string) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		f.syntax(err, content)
		return &yaml.Node{}
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		f.line(&second).errorf("a second YAML document begins here; %s", remedy)
	case !errors.Is(err, io.EOF):
		f.syntax(err, content)
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
func (f yamlFile) syntax(err error, content []byte) {
	text := err.Error()
	if match := unknownAnchor.FindStringSubmatch(text); match != nil {
		before, _, _ := bytes.Cut(content, []byte("*"+match[1]))
		f.lineNumber(1 + bytes.Count(before, []byte("\n"))).errorf("a value that begins with * is a YAML alias, and its anchor is missing; put the value in quotes")
		return
	}
	p := f.whole()
	if match := yamlLine.FindStringSubmatch(text); match != nil {
		line, _ := strconv.Atoi(match[1])
		p = f.lineNumber(line)
		text = text[len(match[0]):]
	}
	text = yamlQuoted.ReplaceAllString(strings.TrimPrefix(text, "yaml: "), "a name")
	p.errorf("is not valid YAML, on this line or the one before: %s; fix the syntax", text)
}

// pairs returns the known keys of a mapping with their values, each once, and
// reports all others.
func (f yamlFile) pairs(mapping *yaml.Node, known ...string) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		lines := map[string]int{}
		for pair := range slices.Chunk(mapping.Content, 2) {
			key, value := resolved(pair[0]), pair[1]
			line := f.line(pair[0])
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
