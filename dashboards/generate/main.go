// Command generate writes what is generated in the folder of the dashboards: the
// dashboards in every language, and Grafana's form of the alerts.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// write writes the generated files of the folder.
func write(folder string) error {
	files, err := generate(folder)
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

// generate returns the generated files of the folder, by their paths in it. The
// alerts are read from the folder.
func generate(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, l := range languages() {
		for _, board := range dashboards(l) {
			content, err := board.JSON()
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", board.UID, err)
			}
			files[fileName(board, l)] = content
		}
	}
	rules, err := os.ReadFile(filepath.Join(folder, "rules/wxapp-alerts.yml"))
	if err != nil {
		return nil, err
	}
	alerts, err := grafanaAlerts(rules)
	if err != nil {
		return nil, fmt.Errorf("rules/wxapp-alerts.yml: %w", err)
	}
	files["alerting/wxapp-alerts.yaml"] = alerts
	return files, nil
}
