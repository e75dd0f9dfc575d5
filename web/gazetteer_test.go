package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// The format is that of Grafana's own gazetteers.
func TestGazetteer(t *testing.T) {
	mux := http.NewServeMux()
	(&web.Site{Apps: configured(), Store: &collector.Store{}}).Register(mux)
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/gazetteer/china-provinces.json", nil))

	if recorder.Code != http.StatusOK {
		t.Fatalf("status %d", recorder.Code)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"} {
		if got := recorder.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	var places []map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &places); err != nil {
		t.Fatal(err)
	}
	longitudes := map[any]any{}
	for _, place := range places {
		longitudes[place["name"]] = place["longitude"]
		for _, key := range place["keys"].([]any) {
			longitudes[key] = place["longitude"]
		}
	}
	for name, want := range map[string]float64{"广东省": 113.26, "广东": 113.26, "Guangdong": 113.26, "陕西": 108.94, "山西": 112.55} {
		if longitudes[name] != want {
			t.Errorf("%s lies at longitude %v, want %v", name, longitudes[name], want)
		}
	}
}
