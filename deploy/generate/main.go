// Command generate writes what is generated in the folder deploy: the rules and dashboards in
// the Helm chart, the settings that its schema knows, the table of values in its README, the
// settings of the packages, and the plain manifests, which are rendered from the chart.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/deploy/chart"
)

const chartFolder = "helm/wxapp-exporter"

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the generated files into the folder deploy.
func run(folder string) error {
	for _, generate := range generators() {
		files, err := generate(folder)
		if err != nil {
			return err
		}
		for name, content := range files {
			path := filepath.Join(folder, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // as below
				return err
			}
			if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // others read them
				return err
			}
		}
	}
	return nil
}

// generators return the generated files by their names in the folder deploy. The manifests come
// last, because they are made from the chart.
func generators() []func(folder string) (map[string][]byte, error) {
	return []func(folder string) (map[string][]byte, error){chartFiles, schema, readmes, defaults, manifests}
}

// chartFiles returns the rules, and the dashboards without spaces, so that what Helm keeps of
// a release stays small.
func chartFiles(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for pattern, into := range map[string]string{"*.json": "dashboards", "rules/*.yml": "rules"} {
		paths, err := filepath.Glob(filepath.Join(folder, "../dashboards", pattern))
		if err != nil || len(paths) == 0 {
			return nil, fmt.Errorf("find %s: %d files, %w", pattern, len(paths), err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			if into == "dashboards" {
				var small bytes.Buffer
				if err := json.Compact(&small, content); err != nil {
					return nil, fmt.Errorf("%s: %w", path, err)
				}
				content = append(small.Bytes(), '\n')
			}
			files[filepath.Join(chartFolder, "files", into, filepath.Base(path))] = content
		}
	}
	return files, nil
}

// byChart are the settings that have values of their own: the chart knows better.
var byChart = []string{
	"WXAPP_APPID", "WXAPP_APP_NAME", "WXAPP_SECRET", "WXAPP_SECRET_FILE", "WXAPP_APPS_FILE", "WXAPP_TOKEN_FILE", "WXAPP_TOKEN_URL",
	"WXAPP_ARCHIVE", "WXAPP_ARCHIVE_CONFIG_FILE", "WXAPP_ARCHIVE_SPOOL", "WXAPP_SHARD", "WXAPP_TOTAL_SHARDS",
	"WXAPP_STOP_TIMEOUT", "WXAPP_LISTEN_ADDRESS", "WXAPP_TELEMETRY_PATH", "WXAPP_WEB_CONFIG_FILE", "WXAPP_EXTERNAL_URL",
	"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_RESOURCE_ATTRIBUTES",
}

const settingsBegin = `    "settings": {
      "type": "object",
      "additionalProperties": false,
      "properties": {`

// schema returns the schema of the values with the names of all other settings.
func schema(folder string) (map[string][]byte, error) {
	var names []string
	for _, setting := range config.Settings() {
		if !slices.Contains(byChart, setting.Name) {
			names = append(names, fmt.Sprintf("\n        %q: {\"type\": [\"string\", \"number\", \"boolean\"]}", setting.Name))
		}
	}
	name := filepath.Join(chartFolder, "values.schema.json")
	return replaced(folder, name, settingsBegin, "\n      }\n    },", strings.Join(names, ","))
}

// readmes returns the READMEs of the chart with the table of all values.
func readmes(folder string) (map[string][]byte, error) {
	values, err := os.ReadFile(filepath.Join(folder, chartFolder, "values.yaml"))
	if err != nil {
		return nil, err
	}
	table, err := valuesTable(values)
	if err != nil {
		return nil, err
	}
	return replaced(folder, filepath.Join(chartFolder, "README.md"), "<!-- values:begin -->\n", "<!-- values:end -->", table)
}

// replaced returns a file with what stands between two marks replaced.
func replaced(folder, name, begin, end, by string) (map[string][]byte, error) {
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return nil, err
	}
	before, rest, hasBegin := strings.Cut(string(content), begin)
	_, after, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		return nil, fmt.Errorf("%s lacks %q or %q", name, begin, end)
	}
	return map[string][]byte{name: []byte(before + begin + by + end + after)}, nil
}

// plain are the manifests for those without Helm: by file, what they are and the values of
// the chart that they are made with.
var plain = map[string]struct{ about, values string }{
	"demo.yaml": {"The demo: three made-up Mini Programs, no account.", "demo: true"},
	"wxapp-exporter.yaml": {
		"The exporter with a volume. It needs a Secret wxapp-apps with the apps file under the key apps.yml.",
		"existingSecret: wxapp-apps",
	},
	"prometheus-operator.yaml": {
		"What tells the Prometheus operator to scrape the exporter, with its rules and alerts.",
		"{existingSecret: wxapp-apps, serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}}",
	},
}

// manifests returns the plain manifests.
func manifests(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, manifest := range plain {
		rendered, err := chart.Render(filepath.Join(folder, chartFolder), chart.Release{Name: "wxapp-exporter", Namespace: "NAMESPACE"}, manifest.values)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		text := "# " + manifest.about + "\n# Generated from the Helm chart; see docs/kubernetes.md.\n"
		for _, document := range rendered.Documents {
			forOperator := document.Template == "monitors.yaml" || document.Template == "rules.yaml"
			if strings.HasPrefix(document.Template, "tests/") || forOperator != (name == "prometheus-operator.yaml") {
				continue
			}
			text += "---\n" + withoutHelm(document.Text)
		}
		files[filepath.Join("kubernetes", name)] = []byte(text)
	}
	return files, nil
}

const keptByHelm = `  # WeChat does not answer for the days in it any more.
  annotations:
    helm.sh/resource-policy: keep
`

// withoutHelm removes what only Helm reads, and the namespace, which kubectl is told.
func withoutHelm(document string) string {
	document = strings.ReplaceAll(document, keptByHelm, "")
	var kept strings.Builder
	for line := range strings.Lines(document) {
		switch text := strings.TrimSpace(line); {
		case strings.HasPrefix(text, "helm.sh/chart:"), strings.HasPrefix(text, "app.kubernetes.io/managed-by:"),
			strings.HasPrefix(text, "namespace: NAMESPACE"):
		default:
			kept.WriteString(line)
		}
	}
	return kept.String()
}
