package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// documents returns the contents of all Markdown files, by their paths.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (path == "dist" || path == "bin" || strings.HasPrefix(path, ".") && path != ".") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		content, err := os.ReadFile(path)
		all[path] = string(content)
		return err
	})
	if err != nil || len(all) < 60 {
		t.Fatalf("%d documents, error %v", len(all), err)
	}
	return all
}

var (
	fenced  = regexp.MustCompile("(?ms)^[ ]*```.*?^[ ]*```$")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
)

// Every link to a file or a heading leads to one.
func TestLinks(t *testing.T) {
	all := documents(t)
	checked := 0
	for file, content := range all {
		for _, found := range link.FindAllStringSubmatch(fenced.ReplaceAllString(content, ""), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			checked++
			path := file
			if target != "" {
				path = filepath.Join(filepath.Dir(file), target)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: the link %s leads to no file", file, found[1])
			} else if anchor != "" && !slices.Contains(anchors(all[path]), anchor) {
				t.Errorf("%s: the link %s leads to no heading; there are %q", file, found[1], anchors(all[path]))
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d links were found", checked)
	}
}

// anchors returns the anchors of the headings of a document, as GitHub makes them.
func anchors(content string) []string {
	var all []string
	for _, found := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(content, ""), -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, found[1]))
	}
	return all
}

// commands are the blocks of shell commands in the documents, by file and first line: each with the
// test that runs them, or with why none does.
var commands = map[string]map[string]string{
	"README.md": {
		"go run . demo":                          "TestFirstScreen",
		"export WXAPP_APPID=wx0123456789abcdef":  "TestFirstScreen",
		"cd deploy/compose && docker compose up": "TestCompose, but for the images of others, which need a registry",
	},
	"dashboards/README.md": {"make generate dashboards": "not run: make lint and make test call both"},
	"deploy/compose/README.md": {
		"docker compose up":                "TestCompose, but for the images of others, which need a registry",
		"export WXAPP_COMMAND=serve":       "TestComposeCommand",
		"docker compose --profile push up": "TestCompose, but for the images of others, which need a registry",
	},
	"deploy/helm/wxapp-exporter/README.md": {"helm install wxapp oci://": "not run: there is no release yet"},
	"docs/archive.md":                      {"zcat wxapp-data/": "not run: it is zcat that it runs"},
	"docs/consumers.md": {
		"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf": "TestSettingsInCommands",
		"thanos":  "TestConsumers, with other addresses",
		"vmalert": "TestVMAlert, with other addresses",
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://telegraf:4317": "TestSettingsInCommands",
	},
	"docs/dashboards.md": {"GRAFANA_URL=http://admin:admin@127.0.0.1:3000 make screenshots": "not run: it needs a Grafana"},
	"docs/fleets.md":     {"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf": "TestConfigurationsOfTheDocuments"},
	"docs/history.md": {
		"wxapp_exporter export --output slices": "TestExportIsWhatWasScraped",
		"wxapp_exporter backfill":               "TestBackfill",
		"until wxapp_exporter backfill":         "not run: it lasts for days",
		"for file in slices/*.om; do":           "TestExportIsWhatWasScraped",
		"WXAPP_ARCHIVE=demo-archive":            "TestPast",
		"sed 's/interval: 30m/":                 "not run: it takes minutes, and a Prometheus with an imported past",
		"thanos tools bucket":                   "TestPast",
		"vmalert":                               "TestReplay, with other addresses and times",
	},
	"docs/http.md": {
		"WXAPP_LISTEN_ADDRESS=": "TestSettingsInCommands",
		"curl --unix-socket":    "TestScripts",
		"groupadd --system":     "not run: it needs a running systemd",
		"WXAPP_EXTERNAL_URL=":   "TestBehindProxy",
	},
	"docs/install.md": {
		"make build":             "not run: the CI builds in the same way, and runs demo",
		"docker build -t":        "not run: make image does, with fewer rights",
		"docker run -d --name":   "not run: make image does, with the same rights",
		"make release":           "TestDebian, for the package of this machine",
		"sudo sh -c 'umask 077;": "TestDebian, but for systemctl, which needs a running systemd",
		"docker run --rm -p":     "not run: there is no release yet",
		"cosign verify-blob":     "not run: there is no release yet",
	},
	"docs/kubernetes.md": {
		"docker build -t registry.example.com":     "TestDocument, but for the registry and the cluster",
		"kubectl create secret generic wxapp-apps": "TestDocument, but for the cluster",
		"helm upgrade wxapp":                       "TestDocument, but for the cluster",
		"sed 's|image: .*|image: registry.example": "TestDocument, but for the cluster",
	},
	"docs/otlp.md": {
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317": "TestSettingsInCommands",
		"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf":         "TestSettingsInCommands",
	},
	"docs/performance.md": {"go test -run '^$'": "not run: it measures for minutes"},
}

var shell = regexp.MustCompile("(?s)```sh\n(.*?)```")

// Every block of commands is run by a test that exists, or is not for a reason; and the Chinese page
// has as many.
func TestCommandsOfDocuments(t *testing.T) {
	tests := testNames(t)
	all := documents(t)
	for _, file := range slices.Sorted(maps.Keys(all)) {
		if strings.HasSuffix(file, ".zh-CN.md") {
			continue
		}
		blocks := shell.FindAllStringSubmatch(all[file], -1)
		known := maps.Clone(commands[file])
		for _, block := range blocks {
			found := ""
			for begin := range commands[file] {
				if strings.HasPrefix(block[1], begin) && len(begin) > len(found) {
					found = begin
				}
			}
			if found == "" {
				t.Errorf("%s: no test is named that runs\n%s", file, block[1])
			}
			delete(known, found)
		}
		for begin, by := range commands[file] {
			name, _, _ := strings.Cut(by, ",")
			if !strings.HasPrefix(by, "not run: ") && !tests[name] {
				t.Errorf("%s: %q is run by %s, which does not exist", file, begin, name)
			}
		}
		if len(known) > 0 {
			t.Errorf("%s has no commands that begin with %q", file, slices.Collect(maps.Keys(known)))
		}
		chinese := strings.TrimSuffix(file, ".md") + ".zh-CN.md"
		if content, ok := all[chinese]; ok && len(shell.FindAllString(content, -1)) != len(blocks) {
			t.Errorf("%s has %d blocks of commands, %s %d", file, len(blocks), chinese, len(shell.FindAllString(content, -1)))
		}
	}
}

// testNames returns the names of all tests of all modules.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, found := range declared.FindAllStringSubmatch(string(content), -1) {
			names[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// The settings in the commands of the documents are accepted as they stand.
func TestSettingsInCommands(t *testing.T) {
	assignment := regexp.MustCompile(`(?m)(?:^|\s)((?:WXAPP|OTEL)_[A-Z_]+)=('[^']*'|\S*)`)
	checked := 0
	for _, file := range []string{"docs/otlp.md", "docs/otlp.zh-CN.md", "docs/consumers.md", "docs/consumers.zh-CN.md", "docs/http.md", "docs/http.zh-CN.md"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range shell.FindAllStringSubmatch(string(content), -1) {
			settings := assignment.FindAllStringSubmatch(block[1], -1)
			if len(settings) == 0 {
				continue
			}
			checked++
			t.Run(fmt.Sprint(file, " ", checked), func(t *testing.T) {
				t.Setenv("WXAPP_APPID", "wx0123456789abcdef")
				t.Setenv("WXAPP_SECRET", "0123456789abcdef0123456789abcdef")
				for _, setting := range settings {
					t.Setenv(setting[1], strings.Trim(setting[2], "'"))
				}
				if _, warnings, err := config.Read(); err != nil || len(warnings) > 0 {
					t.Errorf("%s: error %v, warnings %q", block[1], err, warnings)
				}
			})
		}
	}
	if checked < 8 {
		t.Errorf("only %d blocks have settings", checked)
	}
}
