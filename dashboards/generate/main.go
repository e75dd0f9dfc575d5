// Command generate writes the generated files in the folder of the dashboards: the
// dashboards in every language, the rules, and the alerts in the form that Grafana
// provisions too.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/boards"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/rules"
)

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// write writes the generated files of the folder.
func write(folder string) error {
	files, err := generate()
	if err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // as below
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // Grafana reads them as another user
			return err
		}
	}
	return nil
}

// generate returns the generated files, by their paths in the folder.
func generate() (map[string][]byte, error) {
	files, err := boards.Files()
	if err != nil {
		return nil, err
	}
	ruleFiles, err := rules.Files()
	if err != nil {
		return nil, err
	}
	for name, content := range ruleFiles {
		files["rules/"+name] = content
	}
	files["alerting/wxapp-alerts.yaml"], err = grafana.Alerts(ruleFiles["wxapp-alerts.yml"], boards.AlertPanels())
	if err != nil {
		return nil, fmt.Errorf("rules/wxapp-alerts.yml: %w", err)
	}
	return files, nil
}
