package grafana

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// alertDatasource is the uid of the data source that the alerts query.
const alertDatasource = "prometheus"

// PanelRef is a panel of a dashboard, by the uid of the one and the id of the other.
type PanelRef struct {
	Dashboard string
	Panel     int
}

// ruleFile is a Prometheus rule file with alerts.
type ruleFile struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr string
			For         string
			Labels      map[string]string
			Annotations map[string]string
		}
	}
}

// The alerts in the form that Grafana reads from its provisioning folder.
type (
	alertFile struct {
		APIVersion int          `yaml:"apiVersion"`
		Groups     []alertGroup `yaml:"groups"`
	}
	alertGroup struct {
		OrgID    int         `yaml:"orgId"`
		Name     string      `yaml:"name"`
		Folder   string      `yaml:"folder"`
		Interval string      `yaml:"interval"`
		Rules    []alertRule `yaml:"rules"`
	}
	alertRule struct {
		UID          string            `yaml:"uid"`
		Title        string            `yaml:"title"`
		Condition    string            `yaml:"condition"`
		Data         []alertQuery      `yaml:"data"`
		NoDataState  string            `yaml:"noDataState"`
		ExecErrState string            `yaml:"execErrState"`
		For          string            `yaml:"for"`
		Annotations  map[string]string `yaml:"annotations"`
		Labels       map[string]string `yaml:"labels"`
	}
	alertQuery struct {
		RefID             string         `yaml:"refId"`
		RelativeTimeRange map[string]int `yaml:"relativeTimeRange"`
		DatasourceUID     string         `yaml:"datasourceUid"`
		Model             map[string]any `yaml:"model"`
	}
)

const alertHeader = `# Code generated from rules/wxapp-alerts.yml by go generate; DO NOT EDIT.
#
# For Grafana's folder provisioning/alerting. The queries go to the data source with the
# uid ` + alertDatasource + `; replace it if yours has another one.
`

// Alerts converts a rule file of Prometheus to the form that Grafana provisions. Each alert
// is linked to the panel that shows what it is about, by its name.
func Alerts(rules []byte, panels map[string]PanelRef) ([]byte, error) {
	var source ruleFile
	if err := yaml.Unmarshal(rules, &source); err != nil {
		return nil, err
	}
	target := alertFile{APIVersion: 1}
	for _, group := range source.Groups {
		alerts := alertGroup{OrgID: 1, Name: group.Name, Folder: "WeChat Mini Program", Interval: "1m"}
		for _, rule := range group.Rules {
			if _, err := time.ParseDuration(rule.For); err != nil {
				return nil, fmt.Errorf("alert %s: for: %w", rule.Alert, err)
			}
			annotations := map[string]string{}
			for name, text := range rule.Annotations {
				annotations[name] = alertTemplate(text)
			}
			panel, ok := panels[rule.Alert]
			if !ok {
				return nil, fmt.Errorf("alert %s: no panel shows it; call Alerts on one", rule.Alert)
			}
			annotations["__dashboardUid__"], annotations["__panelId__"] = panel.Dashboard, strconv.Itoa(panel.Panel)
			alerts.Rules = append(alerts.Rules, alertRule{
				UID:       "wxapp-" + strings.ToLower(strings.TrimPrefix(rule.Alert, "Wxapp")),
				Title:     rule.Alert,
				Condition: "B",
				Data:      []alertQuery{alertExpression(rule.Expr), aboveZero()},
				// The query of an alert returns series only while something is wrong.
				NoDataState:  "OK",
				ExecErrState: "Error",
				For:          rule.For,
				Annotations:  annotations,
				Labels:       rule.Labels,
			})
		}
		target.Groups = append(target.Groups, alerts)
	}
	var b bytes.Buffer
	b.WriteString(alertHeader)
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err := encoder.Encode(target)
	return b.Bytes(), err
}

// alertExpression is query A: the expression of the alert.
func alertExpression(expr string) alertQuery {
	return alertQuery{
		RefID:             "A",
		RelativeTimeRange: map[string]int{"from": 600, "to": 0},
		DatasourceUID:     alertDatasource,
		Model: map[string]any{
			"refId": "A", "expr": expr, "instant": true, "range": false, "editorMode": "code",
			"intervalMs": 1000, "maxDataPoints": 43200,
		},
	}
}

// aboveZero is query B: it fires for every series of query A that is above zero.
func aboveZero() alertQuery {
	return alertQuery{
		RefID:             "B",
		RelativeTimeRange: map[string]int{"from": 0, "to": 0},
		DatasourceUID:     "__expr__",
		Model: map[string]any{
			"refId": "B", "type": "threshold", "expression": "A",
			"datasource": map[string]string{"type": "__expr__", "uid": "__expr__"},
			"conditions": []map[string]any{{"type": "query", "evaluator": map[string]any{"type": "gt", "params": []int{0}}}},
		},
	}
}

var valueTemplate = regexp.MustCompile(`\{\{\s*\$value\b([^}]*?)\s*\}\}`)

// alertTemplate rewrites a template for Grafana, where $value is a text about all
// queries; the number is the value of query A, which is missing where there are no data.
func alertTemplate(text string) string {
	return valueTemplate.ReplaceAllString(text, "{{ with $$values.A }}{{ .Value$1 }}{{ end }}")
}
