// Package boards is the source of the dashboards. Each text stands here once, in all
// languages side by side.
package boards

import (
	"fmt"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
)

// Files returns the dashboards in every language, as JSON, by the names of their files.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, l := range languages() {
		for _, board := range []*grafana.Dashboard{portrait(l), fleet(l), exporter(l)} {
			content, err := board.JSON()
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", board.UID, err)
			}
			files[fileName(board, l)] = content
		}
	}
	return files, nil
}

// fileName returns the name of a dashboard's file.
func fileName(board *grafana.Dashboard, l language) string {
	if l == english {
		return board.UID + ".json"
	}
	return strings.TrimSuffix(board.UID, "-"+strings.ToLower(string(l))) + "." + string(l) + ".json"
}
