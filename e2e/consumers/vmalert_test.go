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

// vmalert computes what all rules would have recorded of an imported past, those that read other rules, too.
func TestReplay(t *testing.T) {
	store := importByHTTP(t, export(t, boardDays))
	now := time.Now().UTC()
	rules, err := filepath.Abs("../../dashboards/rules")
	if err != nil {
		t.Fatal(err)
	}
	replay := program.Start(t, program.Built(t, buildVMAlert), nil, command(t, "../../docs/history.md", "vmalert",
		"http://127.0.0.1:8428", store, "dashboards/rules", rules,
		"2026-10-01T00:00:00Z", now.Add(-10*24*time.Hour).Format(time.RFC3339), "2026-11-24T00:00:00Z", now.Format(time.RFC3339))...)
	<-replay.Ended // it pauses for longer than tests wait
	if code := replay.Command.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	for _, r := range readRules(t) {
		if r.Record != "" {
			program.Eventually(t, "the past of "+r.Record, func() bool {
				return len(program.Query(t, store, "last_over_time("+r.Record+"[10d])", now)) > 0
			})
		}
	}
}
