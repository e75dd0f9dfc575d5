package consumers

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// rule is a recording rule or an alert.
type rule struct {
	Record, Alert, Expr string
}

// readRules returns our rules.
func readRules(t *testing.T) []rule {
	t.Helper()
	var rules []rule
	for _, name := range []string{"wxapp-recording.yml", "wxapp-alerts.yml"} {
		var file struct{ Groups []struct{ Rules []rule } }
		if err := yaml.Unmarshal([]byte(read(t, filepath.Join("../../dashboards/rules", name))), &file); err != nil {
			t.Fatal(err)
		}
		for _, group := range file.Groups {
			rules = append(rules, group.Rules...)
		}
	}
	return rules
}

// atOnce are the rules that have values on the first day, and how many: apps, metrics and ranges.
var atOnce = map[string]int{
	"appid_metric_range:wxapp_users:sum":          3 * 2 * 3,
	"appid_range:wxapp_users:new_share":           3 * 3,
	"appid_period:wxapp_sessions:per_user":        3,
	"appid_cohort_day:wxapp_retained_users:ratio": 3 * 2 * 9,
}

// checkRules holds that a store evaluates all our rules, that they find its series, and that no
// alert says that there are none. On a busy machine a scrape may fail now and then.
func checkRules(t *testing.T, rules []rule, store string) {
	t.Helper()
	var wrong string
	defer func() {
		if t.Failed() {
			t.Log(wrong)
		}
	}()
	program.Eventually(t, "all rules find their series", func() bool {
		wrong = wrongRule(t, rules, store)
		return wrong == ""
	})
}

// wrongRule returns what is wrong with a rule now, if anything is.
func wrongRule(t *testing.T, rules []rule, store string) string {
	t.Helper()
	now := time.Now()
	found := map[string]int{}
	for _, r := range rules {
		samples := program.Query(t, store, r.Expr, now)
		found[r.Record+r.Alert] += len(samples)
		if r.Alert == "WxappExporterAbsent" && len(samples) > 0 {
			return fmt.Sprintf("%s fires: %v", r.Alert, samples)
		}
	}
	for name, want := range atOnce {
		if got := found[name]; got != want {
			return fmt.Sprintf("%s has %d series, want %d", name, got, want)
		}
	}
	return ""
}
