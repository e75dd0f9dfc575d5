package boards

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Every reason for which a poll fails has words in both languages and the runbook of an alert
// that looks at this reason.
func TestReasons(t *testing.T) {
	known := map[string]reason{}
	for _, r := range reasons() {
		known[r.name] = r
	}
	alerts := read(t, "../rules/wxapp-alerts.yml")
	for _, name := range wechat.FailureReasons() {
		r := known[string(name)]
		delete(known, string(name))
		if r.english == "" || r.chinese == "" {
			t.Errorf("%s has no words", name)
		}
		_, rest, found := strings.Cut(alerts, "- alert: "+r.runbook+"\n")
		rule, _, _ := strings.Cut(rest, "- alert: ")
		if !found || !strings.Contains(rule, string(name)) {
			t.Errorf("%s has the runbook %s, whose alert does not look at it", name, r.runbook)
		}
		for _, l := range languages() {
			file := filepath.Join("../../docs/runbooks", filepath.Base(runbook(l, r.runbook)))
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for name := range known {
		t.Errorf("polls fail for no reason %s", name)
	}
}
