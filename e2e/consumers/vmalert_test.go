package consumers

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

var every = regexp.MustCompile(`interval: \d+m`)

// vmalert evaluates all our rules without an error, and writes what they record.
func TestVMAlert(t *testing.T) {
	e := startExporter(t)
	store := startVictoriaMetrics(t, discovery(t, e))
	flags := []string{
		"-httpListenAddr=127.0.0.1:0", "-datasource.url=" + store, "-remoteWrite.url=" + store, "-remoteRead.url=" + store,
		"-remoteWrite.flushInterval=1s", "-evaluationInterval=1s", "-notifier.blackhole",
	}
	for _, name := range []string{"wxapp-recording.yml", "wxapp-alerts.yml"} {
		often := every.ReplaceAllString(read(t, filepath.Join("../../dashboards/rules", name)), "interval: 1s")
		flags = append(flags, "-rule="+write(t, name, often))
	}
	vmalert := program.Start(t, program.Built(t, buildVMAlert), nil, flags...)
	t.Cleanup(func() { // it may panic when it is told to stop while it evaluates
		_ = vmalert.Command.Process.Kill()
		<-vmalert.Ended
	})
	alerts := "http://" + started(t, vmalert)

	rules := readRules(t)
	program.Eventually(t, "all rules evaluated", func() bool {
		_, body := program.Get(t, alerts+"/api/v1/rules")
		var answer struct {
			Data struct {
				Groups []struct {
					Rules []struct {
						Name, LastError string
						LastEvaluation  time.Time
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		evaluated := 0
		for _, group := range answer.Data.Groups {
			for _, r := range group.Rules {
				if r.LastError != "" {
					t.Fatalf("%s: %s", r.Name, r.LastError)
				}
				if r.LastEvaluation.After(time.Unix(0, 0)) {
					evaluated++
				}
			}
		}
		return evaluated == len(rules)
	})
	for name, want := range atOnce {
		program.Eventually(t, "what "+name+" records", func() bool { return len(program.Query(t, store, "{__name__=\""+name+"\"}", time.Now())) == want })
	}
}
