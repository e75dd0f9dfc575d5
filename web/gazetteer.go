package web

import (
	"encoding/json"
	"net/http"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// gazetteerPath is the path of the gazetteer of the provinces.
const gazetteerPath = "/gazetteer/china-provinces.json"

// gazetteerEntry is a place in a gazetteer of Grafana's Geomap panel. Grafana finds a place
// by its key, its keys and its name.
type gazetteerEntry struct {
	Key       string   `json:"key"`
	Keys      []string `json:"keys"`
	Name      string   `json:"name"`
	Latitude  float64  `json:"latitude"`
	Longitude float64  `json:"longitude"`
}

// gazetteer serves the provinces as a gazetteer. Browsers fetch it from pages of Grafana,
// that is, from another origin.
func gazetteer(w http.ResponseWriter, _ *http.Request) {
	var entries []gazetteerEntry
	for _, p := range collector.Provinces() {
		entries = append(entries, gazetteerEntry{
			Key:       p.Adcode,
			Keys:      []string{p.Long, p.Short, p.English},
			Name:      p.Long,
			Latitude:  p.Latitude,
			Longitude: p.Longitude,
		})
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cache-Control", "public, max-age=86400")
	_ = json.NewEncoder(w).Encode(entries)
}
