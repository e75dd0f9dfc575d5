package grafana

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A rule keeps its query, and $value becomes the value of query A.
func TestAlerts(t *testing.T) {
	content, err := Alerts([]byte(`
groups:
  - name: g
    rules:
      - alert: WxappTest
        expr: wxapp_up == 0
        for: 5m
        labels: {severity: warning}
        annotations: {summary: "{{ $labels.appid }}: {{ $value | humanize }}, $values"}
`), map[string]PanelRef{"WxappTest": {Dashboard: "wxapp-exporter", Panel: 7}})
	if err != nil {
		t.Fatal(err)
	}
	var file alertFile
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	rule := file.Groups[0].Rules[0]
	if got, want := rule.Annotations["summary"], "{{ $labels.appid }}: {{ with $values.A }}{{ .Value | humanize }}{{ end }}, $values"; got != want {
		t.Errorf("summary: %s, want %s", got, want)
	}
	if rule.Annotations["__dashboardUid__"] != "wxapp-exporter" || rule.Annotations["__panelId__"] != "7" {
		t.Errorf("the alert is linked to %v", rule.Annotations)
	}
	if rule.Data[0].Model["expr"] != "wxapp_up == 0" || rule.Condition != rule.Data[1].RefID {
		t.Errorf("query: %v, condition %s", rule.Data, rule.Condition)
	}
	if rule.UID != "wxapp-test" || rule.For != "5m" || rule.Labels["severity"] != "warning" {
		t.Errorf("rule: %+v", rule)
	}
}

// An alert that no panel shows cannot be linked.
func TestAlertsNeedPanels(t *testing.T) {
	rules := []byte("groups: [{name: g, rules: [{alert: WxappTest, expr: up, for: 5m}]}]")
	if _, err := Alerts(rules, nil); err == nil || !strings.Contains(err.Error(), "WxappTest") {
		t.Errorf("error is %v, want one that names the alert", err)
	}
}

// An alert that was shipped and is in the file no longer is deleted, and each that is in the
// file counts as shipped.
func TestShippedAlerts(t *testing.T) {
	content, err := Alerts([]byte("groups:\n  - name: a\n    rules:\n      - {alert: WxappDataStale, expr: vector(1), for: 1m}\n"), map[string]PanelRef{"WxappDataStale": {}})
	if err != nil {
		t.Fatal(err)
	}
	var file alertFile
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Deleted) != len(shippedAlerts())-1 || slices.Contains(file.Deleted, deletedAlert{1, "wxapp-datastale"}) {
		t.Errorf("deleted are %v", file.Deleted)
	}
	content, err = os.ReadFile("../alerting/wxapp-alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file = alertFile{}
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	inFile := len(file.Deleted)
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			inFile++
			if !slices.Contains(shippedAlerts(), rule.UID) {
				t.Errorf("%s is not in the list of shipped alerts", rule.UID)
			}
		}
	}
	if inFile != len(shippedAlerts()) {
		t.Errorf("%d alerts are in the file or deleted, and %d were shipped", inFile, len(shippedAlerts()))
	}
}
