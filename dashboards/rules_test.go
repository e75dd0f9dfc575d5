package dashboards

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// firing lists the alerts that one app with a wrong secret sets off.
var firing = map[string]bool{
	"WxappCredentialsRefused": true,
	"WxappDayLost":            true,
}

// readRules returns the groups of all rule files.
func readRules(t *testing.T) []rulefmt.RuleGroup {
	t.Helper()
	files, err := filepath.Glob("rules/*.yml")
	if err != nil || len(files) != 2 {
		t.Fatalf("rule files are %v (%v), want two", files, err)
	}
	var groups []rulefmt.RuleGroup
	for _, file := range files {
		read, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
		for _, err := range errs {
			t.Error(err)
		}
		groups = append(groups, read.Groups...)
	}
	return groups
}

// Recording rules answer, alerts fire for the broken app alone, and neither counts
// replicas twice.
func testRules(t *testing.T, db *database) {
	for _, group := range readRules(t) {
		for _, rule := range group.Rules {
			name := rule.Record + rule.Alert
			single := db.ask(t, ofJob(t, rule.Expr, singleJob), false, "")
			n := numbers(single)
			switch {
			case rule.Record != "" && n == 0:
				t.Errorf("%s: no answer", name)
			case firing[name] && n == 0:
				t.Errorf("%s: does not fire", name)
			case rule.Alert != "" && !firing[name] && n > 0:
				t.Errorf("%s: fires, though all is well but for a wrong secret: %s", name, single)
			}
			for _, id := range appIDs(single) {
				if rule.Alert != "" && id != brokenApp() {
					t.Errorf("%s: fires for %s", name, id)
				}
			}
			for _, job := range []string{replicatedJob, noJob} {
				if got, want := lines(db.ask(t, ofJob(t, rule.Expr, job), false, "")), lines(single); got != want {
					t.Errorf("%s: the job %q changes the answer\n%s\nwant\n%s", name, job, got, want)
				}
			}
		}
	}
}

// ofJob returns a rule's expression for the series of a job, but for those that are recorded.
func ofJob(t *testing.T, expr, job string) string {
	t.Helper()
	parsed, err := parseExpr(expr)
	if err != nil {
		t.Fatal(err)
	}
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok && !strings.Contains(selector.Name, ":") {
			selector.LabelMatchers = append(selector.LabelMatchers, labels.MustNewMatcher(labels.MatchEqual, "job", job))
		}
		return nil
	})
	return parsed.String()
}

func brokenApp() string {
	for _, simulated := range simulatedApps {
		if simulated.broken {
			return simulated.app.ID
		}
	}
	return ""
}

// Every alert says what it is, how bad it is and where to read on, in both languages.
func TestAlertsAreComplete(t *testing.T) {
	tests, err := os.ReadFile("rules/testdata/alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	alerts := 0
	for _, group := range readRules(t) {
		for _, rule := range group.Rules {
			if rule.Alert == "" {
				continue
			}
			alerts++
			for _, name := range []string{"summary", "summary_zh", "description", "runbook_url"} {
				if strings.TrimSpace(rule.Annotations[name]) == "" {
					t.Errorf("%s: annotation %s is missing", rule.Alert, name)
				}
			}
			if severity := rule.Labels["severity"]; severity != "critical" && severity != "warning" && severity != "info" {
				t.Errorf("%s: severity is %q", rule.Alert, severity)
			}
			if rule.For == 0 {
				t.Errorf("%s: fires at once, without for", rule.Alert)
			}
			runbook := "docs/runbooks/" + rule.Alert
			if want := "https://github.com/wxapp-exporter/wxapp_exporter/blob/main/" + runbook + ".md"; rule.Annotations["runbook_url"] != want {
				t.Errorf("%s: runbook_url is %s, want %s", rule.Alert, rule.Annotations["runbook_url"], want)
			}
			for _, ending := range []string{".md", ".zh-CN.md"} {
				content, err := os.ReadFile(filepath.Join("..", runbook+ending))
				if err != nil || !strings.HasPrefix(string(content), "# "+rule.Alert) {
					t.Errorf("%s: runbook %s is missing or has another heading: %v", rule.Alert, runbook+ending, err)
				}
			}
			if n := strings.Count(string(tests), "alertname: "+rule.Alert+"\n"); n < 2 {
				t.Errorf("%s: %d unit tests; want one in which it fires and one in which it is silent", rule.Alert, n)
			}
		}
	}
	runbooks, err := filepath.Glob("../docs/runbooks/Wxapp*.md")
	if err != nil || len(runbooks) != 2*alerts {
		t.Errorf("%d runbooks (%v) for %d alerts in two languages", len(runbooks), err, alerts)
	}
}

// The unit tests of the rules, and further checks, are run by promtool, built from the module of the
// end-to-end tests, whose build cache holds it.
func TestRuleUnitTests(t *testing.T) {
	promtool := filepath.Join(t.TempDir(), "promtool")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", promtool, "-tags=netgo,remove_all_sd", "github.com/prometheus/prometheus/cmd/promtool")
	build.Dir = "../e2e"
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build promtool: %v\n%s", err, output)
	}
	for _, arguments := range [][]string{
		{"check", "rules", "--lint=all", "--lint-fatal", "rules/wxapp-recording.yml", "rules/wxapp-alerts.yml"},
		{"check", "config", "--syntax-only", "../deploy/compose/prometheus.yml"},
		{"test", "rules", "rules/testdata/alerts_test.yml", "rules/testdata/recording_test.yml"},
	} {
		if output, err := exec.CommandContext(t.Context(), promtool, arguments...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(arguments, " "), err, output)
		}
	}
}
