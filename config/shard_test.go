package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/shards"
)

// Of a total of 3 these are apps of shard 2, 0 and 2.
const (
	ofShard2     = "wx0123456789abcdef"
	ofShard0     = "wxfedcba9876543210"
	alsoOfShard2 = "wx0000000000000001"
)

// shardOf returns the settings of a shard of those apps, of which one has a mistake.
func shardOf(t *testing.T, index string, wrong bool) environment {
	t.Helper()
	content := "apps:\n- {appid: " + ofShard2 + ", secret: " + testSecret + "}\n- {appid: " + ofShard0 + ", secret: " + testSecret + "}\n- {appid: " + alsoOfShard2
	if !wrong {
		content += ", secret: " + testSecret
	}
	file := filepath.Join(t.TempDir(), "apps.yaml")
	if err := os.WriteFile(file, []byte(content+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return environmentOf(map[string]string{
		"WXAPP_APPS_FILE": file, "WXAPP_SHARD": index, "WXAPP_TOTAL_SHARDS": "3", "WXAPP_ARCHIVE": "data",
		"OTEL_EXPORTER_OTLP_ENDPOINT": grpcReceiver, "WXAPP_LISTEN_ADDRESS": ":10120",
	})
}

func listed(apps []App) string {
	var ids []string
	for _, app := range apps {
		ids = append(ids, app.ID)
	}
	return strings.Join(ids, " ")
}

// All that read the apps divide them alike.
func TestAppsAreDivided(t *testing.T) {
	for index, want := range map[string][2]string{
		"0": {ofShard0, ofShard2 + " " + alsoOfShard2},
		"1": {"", ofShard2 + " " + ofShard0 + " " + alsoOfShard2},
		"2": {ofShard2 + " " + alsoOfShard2, ofShard0},
	} {
		e := shardOf(t, index, false)
		c, _, err := read(e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := readAgain(e)
		if err != nil {
			t.Fatal(err)
		}
		inspected := inspect(e).Config
		for _, got := range [][2]string{
			{listed(c.Apps), listed(c.OtherApps)},
			{listed(again.Apps), listed(again.OtherApps)},
			{listed(inspected.Apps), listed(inspected.OtherApps)},
		} {
			if got != want {
				t.Errorf("shard %s has %q, want %q", index, got, want)
			}
		}
		exported, _, err := readExport(e)
		if err != nil || exported.Shard != c.Shard || c.Shard.String() != index+" of 3" {
			t.Errorf("shard %s: exported as %s, %v", index, exported.Shard, err)
		}
		if id, _ := c.OTLP.Resource.Set().Value("service.instance.id"); !strings.HasSuffix(id.AsString(), ":10120/shard-"+index) {
			t.Errorf("shard %s pushes as %s", index, id.AsString())
		}
	}
}

// A mistake in the row of an app of another shard is one for all.
func TestEveryShardFindsAllMistakes(t *testing.T) {
	for _, index := range []string{"0", "1", "2"} {
		e := shardOf(t, index, true)
		if _, _, err := read(e); err == nil {
			t.Errorf("shard %s starts", index)
		}
		if _, err := readAgain(e); err == nil {
			t.Errorf("shard %s reloads", index)
		}
		if found := inspect(e); len(found.Mistakes) != 1 || listed(found.Config.Apps)+listed(found.Config.OtherApps) == "" {
			t.Errorf("shard %s: %q", index, found.Mistakes)
		}
	}
}

func TestAppsOfOtherShards(t *testing.T) {
	c, _, err := read(shardOf(t, "2", false))
	if err != nil {
		t.Fatal(err)
	}
	const other = "--app: the app belongs to shard 0 of 3, and this is shard 2; set WXAPP_SHARD=0, or WXAPP_TOTAL_SHARDS=1 for all apps"
	for chosen, want := range map[string]string{
		"":                        "",
		ofShard2:                  "",
		ofShard2 + " " + ofShard0: other,
		ofShard0:                  other,
		"wx00000000000000ff":      "--app: no such app; the settings have 3",
	} {
		got := ""
		if err := c.CheckApps(strings.Fields(chosen)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", chosen, got, want)
		}
	}
	if note := c.ShardNote(nil); note != "only the apps of shard 2 of 3 are taken; set WXAPP_TOTAL_SHARDS=1 for all apps" || c.ShardNote([]string{ofShard2}) != "" {
		t.Error(note)
	}
	whole := Config{Apps: c.Apps}
	if note := whole.ShardNote(nil) + whole.OfShard(); note != "" || whole.RemedyOfRivals() == c.RemedyOfRivals() {
		t.Errorf("without shards: %q", note)
	}
}

// The made-up apps are not divided.
func TestDemoHasNoShards(t *testing.T) {
	c, warnings, err := readDemo(environmentOf(map[string]string{"WXAPP_SHARD": "7", "WXAPP_TOTAL_SHARDS": "3"}))
	if err != nil || c.Shard != (shards.Shard{}) || len(warnings) != 1 || !strings.HasPrefix(warnings[0], "WXAPP_TOTAL_SHARDS: is ignored") {
		t.Errorf("%v %q %v", c.Shard, warnings, err)
	}
}
