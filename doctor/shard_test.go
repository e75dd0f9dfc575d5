package doctor_test

import (
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
)

// Only the apps of the shard are looked at, and a step says so. Of three shards, shard 2 has the
// first app and shard 0 the second one.
func TestShard(t *testing.T) {
	p := healthy(t)
	p.settings().Shard = shards.Shard{Index: 2, Total: 3}
	p.settings().OtherApps = []config.App{{ID: second, Name: second, Tokens: bySecret}}
	steps := p.examine(t)
	if step := found(t, steps, "settings"); step.Status != doctor.OK || step.Cause.English != "shard 2 of 3: 1 of 2 apps" || step.Cause.Chinese == "" {
		t.Errorf("settings: %+v", step)
	}
	for _, step := range steps {
		if step.App != "" && step.App != doctor.Shorten(appid) {
			t.Errorf("%s is about %s", step.Name, step.App)
		}
	}
	p.options.Settings.Warnings = []string{second + " does not look like an AppID"}
	p.examine(t) // which holds that no appid is shown

	for chosen, want := range map[string]string{
		appid: "", second: "--app: the app belongs to shard 0 of 3", "wx00000000000000ff": "--app: no such app; the settings have 2",
	} {
		p.options.App = chosen
		err := p.options.Check()
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", chosen, err, want)
		}
	}
}

// A shard without apps has nothing to ask WeChat for, and that is no failure.
func TestShardWithoutApps(t *testing.T) {
	p := healthy(t)
	p.settings().Shard = shards.Shard{Index: 1, Total: 3}
	p.settings().OtherApps, p.settings().Apps = p.settings().Apps, nil
	steps := p.examine(t)
	if step := found(t, steps, "token"); step.Status != doctor.Skipped || step.Cause.English != "this shard has no apps" {
		t.Errorf("token: %+v", step)
	}
	if verdict := doctor.Judge(steps); verdict.ExitCode != 0 {
		t.Errorf("%+v", verdict)
	}
}
