package grafana

import (
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
