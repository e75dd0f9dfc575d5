package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The files in the folder are those that are generated.
func TestGeneratedFilesAreFresh(t *testing.T) {
	files, err := generate("..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale; run go generate in the folder dashboards", name)
		}
	}
	existing, err := filepath.Glob("../*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range existing {
		if files[filepath.Base(file)] == nil {
			t.Errorf("%s is not generated any more; remove it", file)
		}
	}
}

// A rule keeps its query, and has a number of query A where Prometheus has $value.
func TestGrafanaAlerts(t *testing.T) {
	content, err := grafanaAlerts([]byte(`
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

func TestUIDsOfGrafanaAlerts(t *testing.T) {
	rules, err := os.ReadFile("../rules/wxapp-alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	content, err := grafanaAlerts(rules)
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
				t.Errorf("uid %q is taken or too long for Grafana", rule.UID)
			}
			uids[rule.UID] = true
		}
	}
	if len(uids) < 15 {
		t.Errorf("%d alerts only", len(uids))
	}
}
