package web_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
)

// inProvinces returns an app with users in provinces.
func inProvinces(t *testing.T, users map[string]int) *collector.Snapshot {
	t.Helper()
	var rows []string
	for name, n := range users {
		rows = append(rows, fmt.Sprintf(`{"name":%q,"value":%d}`, name, n))
	}
	lists := fmt.Sprintf(`{"province":[%s],"genders":[{"name":"男","value":9}]}`, strings.Join(rows, ","))
	return collectortest.Answered(t, collector.App{ID: "wx1", Name: "wx1"}, []byte(`{"ref_date":"20261128","visit_uv":`+lists+`,"visit_uv_new":{}}`))
}

// Each label of the map has its number, a scale says what circles stand for, and names without a
// place are listed.
func TestMap(t *testing.T) {
	_, body := get(t, siteOf(inProvinces(t, map[string]int{"广东省": 12345, "北京市": 678, "上海": 90, "火星": 17, "未知": 5})), "/app/wx1")
	maps := regexp.MustCompile(`(?s)<svg class="map .*?</svg>`).FindAllString(body, -1)
	if len(maps) != 2 {
		t.Fatalf("%d maps, want one for wide screens and one for narrow ones", len(maps))
	}
	for _, drawn := range maps {
		expect(t, drawn, "Guangdong <tspan>12,345</tspan>", "Beijing <tspan>678</tspan>", "Shanghai <tspan>90</tspan>", "<title>Guangdong 12,345</title>", ">10k</text>", ">2k</text>", ">100°E</text>", ">30°N</text>")
		if n := strings.Count(drawn, "<title>"); n != 3 {
			t.Errorf("%d circles, want 3", n)
		}
	}
	expect(t, body, "Not on the map: <bdi>火星 17</bdi>, <bdi>Unknown 5</bdi>")
}

// On a full map, no label stands on another one.
func TestFullMap(t *testing.T) {
	_, body := get(t, siteOf(simulated(t, "wx1", "one")), "/app/wx1")
	for _, drawn := range regexp.MustCompile(`(?s)<svg class="map .*?</svg>`).FindAllString(body, -1) {
		labels := regexp.MustCompile(`<text x="[\d.]+" y="([\d.]+)" text-anchor="\w+">([^<]+) <tspan>([^<]*)</tspan>`).FindAllStringSubmatch(drawn, -1)
		if len(labels) < 15 {
			t.Errorf("%d labels, want at least 15", len(labels))
		}
		for _, label := range labels {
			if !regexp.MustCompile(`^[\d,]+$`).MatchString(label[3]) {
				t.Errorf("%s has the number %q", label[2], label[3])
			}
		}
	}
}

// With nothing to place there is no map, and without provinces no list.
func TestNoMap(t *testing.T) {
	_, body := get(t, siteOf(inProvinces(t, map[string]int{"未知": 5})), "/app/wx1")
	if strings.Contains(body, `class="map`) || strings.Contains(body, "Where they are") {
		t.Error("there is an empty map")
	}
	expect(t, body, "<h3>Provinces</h3>", "<bdi>Unknown</bdi>")
	_, body = get(t, siteOf(withUsers(t, "wx1", 500)), "/app/wx1")
	if strings.Contains(body, `class="map`) || strings.Contains(body, "Provinces") {
		t.Error("there is a map or list without provinces")
	}
}
