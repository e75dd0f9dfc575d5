package dashboards

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"
)

// provisioned are the alerts in the form for Grafana.
type provisioned struct {
	Groups []struct {
		Rules []struct {
			Title       string
			Annotations map[string]string
			Data        []struct{ Model struct{ Expr string } }
		}
	}
}

func readProvisioned(t *testing.T) provisioned {
	t.Helper()
	content, err := os.ReadFile("alerting/wxapp-alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file provisioned
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// Grafana renders the texts of alerts also when no query answered, as at every start.
func TestAlertTemplatesRenderWithoutValues(t *testing.T) {
	type value struct{ Value float64 }
	functions := template.FuncMap{}
	for _, name := range []string{"humanize", "humanizePercentage", "humanizeDuration"} {
		functions[name] = func(float64) string { return "a number" }
	}
	rendered := 0
	for _, group := range readProvisioned(t).Groups {
		for _, rule := range group.Rules {
			for name, text := range rule.Annotations {
				parsed, err := template.New(name).Funcs(functions).Parse("{{ $labels := .Labels }}{{ $values := .Values }}{{ $value := .Value }}" + text)
				if err != nil {
					t.Errorf("%s: %s: %v", rule.Title, name, err)
					continue
				}
				for _, values := range []map[string]*value{nil, {"A": {Value: 4321}}} {
					var b strings.Builder
					err := parsed.Execute(&b, map[string]any{"Labels": map[string]string{"app": "Shop", "appid": "wx1"}, "Values": values, "Value": ""})
					if err != nil {
						t.Errorf("%s: %s with the values %v: %v", rule.Title, name, values, err)
					}
					if len(values) > 0 && strings.Contains(text, "$values") != (strings.Contains(b.String(), "a number") || strings.Contains(b.String(), "4321")) {
						t.Errorf("%s: %s does not show its value: %s", rule.Title, name, b.String())
					}
					rendered++
				}
			}
		}
	}
	if rendered < 100 {
		t.Errorf("only %d texts", rendered)
	}
}

// An alert about an app names it, with its appid, and every alert is linked to a panel that is
// there.
func TestAlertsAreLinked(t *testing.T) {
	panels := map[string]map[string]panel{}
	for _, d := range readDashboards(t) {
		panels[d.UID] = map[string]panel{}
		for _, p := range d.all() {
			panels[d.UID][strconv.Itoa(p.ID)] = p
		}
	}
	for _, group := range readProvisioned(t).Groups {
		for _, rule := range group.Rules {
			dashboard, id := rule.Annotations["__dashboardUid__"], rule.Annotations["__panelId__"]
			if p, ok := panels[dashboard][id]; !ok || len(p.Targets) == 0 {
				t.Errorf("%s is linked to panel %q of %q, which is none with a query", rule.Title, id, dashboard)
			}
			for _, name := range []string{"summary", "summary_zh"} {
				if text := rule.Annotations[name]; strings.Contains(text, "$labels.appid") && !strings.Contains(text, "$labels.app ") {
					t.Errorf("%s: %s names the appid alone: %s", rule.Title, name, text)
				}
			}
		}
	}
}

// Grafana shows the alerts that it runs itself, not those of Prometheus beside them.
func TestAlertsStandOnce(t *testing.T) {
	datasources, err := os.ReadFile(composeFolder + "/grafana/datasources.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(datasources), "manageAlerts: false\n") {
		t.Error("the data source lists the alerts of Prometheus as well")
	}
}
