package grafana

import (
	"os"
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
`))
	if err != nil {
		t.Fatal(err)
	}
	var file alertFile
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	rule := file.Groups[0].Rules[0]
	if got, want := rule.Annotations["summary"], "{{ $labels.appid }}: {{ $values.A.Value | humanize }}, $values"; got != want {
		t.Errorf("summary: %s, want %s", got, want)
	}
	if rule.Data[0].Model["expr"] != "wxapp_up == 0" || rule.Condition != rule.Data[1].RefID {
		t.Errorf("query: %v, condition %s", rule.Data, rule.Condition)
	}
	if rule.UID != "wxapp-test" || rule.For != "5m" || rule.Labels["severity"] != "warning" {
		t.Errorf("rule: %+v", rule)
	}
}

func TestAlertUIDs(t *testing.T) {
	rules, err := os.ReadFile("../rules/wxapp-alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	content, err := Alerts(rules)
	if err != nil {
		t.Fatal(err)
	}
	var file alertFile
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	uids := map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if uids[rule.UID] || len(rule.UID) > 40 {
				t.Errorf("uid %q is not unique or is too long for Grafana", rule.UID)
			}
			uids[rule.UID] = true
		}
	}
	if len(uids) < 15 {
		t.Errorf("only %d alerts", len(uids))
	}
}
