package config

import (
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// maxAppsFile is the largest apps file that is read, in bytes.
const maxAppsFile = 1 << 20

// appsFile is the file that WXAPP_APPS_FILE names, and what the environment says that
// matters to its apps.
type appsFile struct {
	path          string // empty: there is none
	tokenEndpoint TokenEndpoint
	allowHTTP     bool   // token URLs of plain http to public hosts are allowed
	otherApp      string // the appid of the environment, which must not stand in the file as well
}

// parseAppsFile parses the settings that apps depend on.
func parseAppsFile(p *problems, e environment) appsFile {
	return appsFile{
		path:          e.AppsFile,
		tokenEndpoint: parseChoice(p.at("WXAPP_TOKEN_ENDPOINT"), TokenEndpoint(e.TokenEndpoint), StableToken, PlainToken, NoToken),
		allowHTTP:     parseBool(p.at("WXAPP_ALLOW_HTTP"), e.AllowHTTP),
		otherApp:      e.AppID,
	}
}

// read returns the apps of the file, and adds it and the secret files that it names to
// the files.
func (f appsFile) read(p *problems, files Files) []App {
	reader := appsReader{f, yamlFile{p.at("WXAPP_APPS_FILE"), f.path}}
	content := readFile(f.path, maxAppsFile)
	files.add(content, maxAppsFile)
	if content.err != nil {
		reader.whole().errorf("%s; use a readable YAML file", unreadable(content.err))
		return nil
	}
	apps := reader.apps(content.content)
	if content.openToOthers && slices.ContainsFunc(apps, properties.holdsSecrets) {
		reader.whole().warnf("holds secrets and can be read by every user of this machine; run chmod 600 on it")
	}
	return reader.parse(apps, files)
}

// appsReader reads the apps out of the nodes of an apps file.
type appsReader struct {
	appsFile
	yamlFile
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

func (r appsReader) parse(apps []properties, secretFiles Files) []App {
	folder := filepath.Dir(r.appsFile.path)
	rules := appRules{tokenEndpoint: r.tokenEndpoint, allowHTTP: r.allowHTTP, files: readFiles(folder, apps...)}
	secretFiles.addSecrets(rules.files, apps...)
	var parsed []App
	lines := map[string]int{}
	for _, app := range apps {
		parsed = append(parsed, parseApp(app, r.lineNumber(app.line), rules))
		id := app.id.text.Reveal()
		switch first, twice := lines[id]; {
		case id == "": // already reported
		case id == r.otherApp:
			app.id.errorf("this app is also set by WXAPP_APPID; keep one of them")
		case twice:
			app.id.errorf("this app is already in line %d; keep one of them", first)
		default:
			lines[id] = app.line
		}
	}
	return parsed
}

// list returns the nodes of the apps.
func (r appsReader) list(content []byte) []*yaml.Node {
	const remedy = `write "apps:" and below it a list with an appid and a secret for each app`
	root := r.document(content, "put all apps into one")
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

// properties returns what a node says about one app, if it is about one.
func (r appsReader) properties(node *yaml.Node) (properties, bool) {
	var app properties
	// An alias of a whole app is refused too: its appid would be there twice.
	if node.Kind != yaml.MappingNode {
		r.line(node).errorf("is not an app; use the form {appid: wx0123456789abcdef, secret_file: secret}")
		return app, false
	}
	byKey := map[string]*property{}
	for key, value := range r.pairs(node, append([]string{"appid", "name"}, tokenKeys()...)...) {
		line := r.line(value)
		p := &property{position: line.in(": ", key), key: key, line: line}
		p.text = wechat.Secret(scalarText(p.position, value))
		byKey[key] = p
	}
	app.id, app.name = byKey["appid"], byKey["name"]
	for _, kind := range tokenKinds() {
		if p := byKey[string(kind.key)]; p != nil {
			app.sources = append(app.sources, source{p, kind})
		}
	}
	return app, true
}

// holdsSecrets reports whether a secret itself is written there, and not only its file.
func (a properties) holdsSecrets() bool {
	return slices.ContainsFunc(a.sources, func(s source) bool { return !s.kind.isFile() })
}
