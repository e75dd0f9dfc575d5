package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func TestDatasets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "[1d 7d 30d] [user_portrait]",
		"user_portrait":                 "[1d 7d 30d] [user_portrait]",
		"all":                           "[1d 7d 30d] [user_portrait visits sources retention pages]",
		"pages , visits":                "[] [visits pages]",
		"user_portrait,retention":       "[1d 7d 30d] [user_portrait retention]",
		"user_portrait,portrait":        `WXAPP_DATASETS: "portrait" is unknown; use user_portrait, visits, sources, retention or pages`,
		"pages,pages":                   "WXAPP_DATASETS: pages is listed twice; list it once",
		"all,pages":                     `WXAPP_DATASETS: "all" is unknown; use user_portrait, visits, sources, retention or pages`,
		"daily_visit_trend,sources,,,,": `WXAPP_DATASETS: "daily_visit_trend" is unknown`,
	} {
		for name, read := range map[string]func(environment) (Config, []string, error){"serve": read, "demo": readDemo, "export": readExport} {
			e := environmentOf(map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": "0123456789abcdef0123456789abcdef", "WXAPP_DATASETS": text})
			want := want
			if name == "demo" && text == "" { // the demo shows everything
				want = "[1d 7d 30d] [user_portrait visits sources retention pages]"
			}
			c, _, err := read(e)
			var names []string
			for _, dataset := range c.Datasets {
				names = append(names, dataset.Name)
			}
			got := fmt.Sprint(wechat.Ranges(c.Datasets), names)
			if err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, want) {
				t.Errorf("%s with %q: got %s, want %s", name, text, got, want)
			}
		}
	}
}
