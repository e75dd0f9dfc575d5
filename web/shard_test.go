package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// shardSite returns a site of the second of three shards, to which wx2 belongs.
func shardSite(t *testing.T, snapshots ...*collector.Snapshot) *web.Site {
	t.Helper()
	site := siteOf(snapshots...)
	site.Shard, site.OtherApps = shards.Shard{Index: 1, Total: 3}, func() int { return 2999 }
	return site
}

// Pages, readiness and discovery say which part of the apps they are about.
func TestShard(t *testing.T) {
	site := shardSite(t, simulated(t, "wx2", "good"))
	for path, want := range map[string]string{
		"/":                "<dt>Shard</dt><dd><span class=\"dot good\"></span>shard 1 of 3: 1 of 3,000 apps</dd>",
		"/?lang=zh":        "<dt>分片</dt><dd><span class=\"dot good\"></span>分片 1（共 3 个分片）：3,000 个小程序中的 1 个</dd>",
		"/-/ready":         "The exporter is ready. It is shard 1 of 3: 1 of 3,000 apps.\n",
		"/sd":              `"__meta_wxapp_shard":"1"`,
		"/app/wx3":         "An app with this AppID would be on shard 2.",
		"/app/wx3?lang=zh": "如果有该小程序，它属于分片 2。",
	} {
		if _, body := get(t, site, path); !strings.Contains(body, want) {
			t.Errorf("%s lacks %s:\n%s", path, want, body)
		}
	}
	whole := siteOf(simulated(t, "wx2", "good"))
	for _, path := range []string{"/", "/-/ready", "/sd", "/app/wx3"} {
		if _, body := get(t, whole, path); strings.Contains(strings.ToLower(body), "shard") {
			t.Errorf("%s speaks of shards without any:\n%s", path, body)
		}
	}
}

// A shard without apps is ready and healthy, and says why it shows nothing.
func TestShardWithoutApps(t *testing.T) {
	site := shardSite(t)
	for path, want := range map[string]string{
		"/":         "This shard has no apps: there are few apps for so many shards.",
		"/?lang=zh": "该分片没有小程序：小程序较少，而分片较多。",
		"/-/ready":  "The exporter is ready. It is shard 1 of 3: 0 of 2,999 apps.\n",
		"/sd":       `[{"targets":["example.com"],"labels":{"__meta_wxapp_shard":"1","__metrics_path__":"/numbers","__param_appid":"."}}]`,
	} {
		if status, body := get(t, site, path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: status %d, and it lacks %s:\n%s", path, status, want, body)
		}
	}
}
