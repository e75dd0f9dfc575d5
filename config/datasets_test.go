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
		"all":                           "[1d 7d 30d] [user_portrait visits sources retention pages weekly monthly]",
		"ads":                           "[] [ads]",
		"pages , visits":                "[] [visits pages]",
		"user_portrait,retention":       "[1d 7d 30d] [user_portrait retention]",
		"user_portrait,portrait":        `WXAPP_DATASETS: "portrait" is unknown; use user_portrait, visits, sources, retention, pages, weekly, monthly, ads or all`,
		"pages,pages":                   "WXAPP_DATASETS: pages is listed twice; list it once",
		"all,ads":                       "[1d 7d 30d] [user_portrait visits sources retention pages weekly monthly ads]",
		"all, pages":                    "[1d 7d 30d] [user_portrait visits sources retention pages weekly monthly]",
		"daily_visit_trend,sources,,,,": `WXAPP_DATASETS: "daily_visit_trend" is unknown`,
	} {
		for name, read := range map[string]func(environment) (Config, []string, error){"serve": read, "demo": readDemo, "export": readExport} {
			e := environmentOf(map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": "0123456789abcdef0123456789abcdef", "WXAPP_DATASETS": text})
			want := want
			if name == "demo" && (text == "" || text == "all") { // the demo shows everything
				want = "[1d 7d 30d] [user_portrait visits sources retention pages weekly monthly ads]"
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

// Revenue can be read by everyone who reaches the port, unless there is a web configuration.
func TestReadableIncome(t *testing.T) {
	t.Parallel()
	account := map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": "0123456789abcdef0123456789abcdef", "WXAPP_DATASETS": "visits,ads"}
	_, warnings, err := read(environmentOf(account))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "WXAPP_DATASETS: turns on ads") || !strings.Contains(warnings[0], ":10120") {
		t.Errorf("warnings %q, %v", warnings, err)
	}
	account["WXAPP_DATASETS"] = "all"
	if _, warnings, err := read(environmentOf(account)); err != nil || len(warnings) > 0 {
		t.Errorf("with all: warnings %q, %v", warnings, err)
	}
	if _, warnings, err := readDemo(environmentOf(nil)); err != nil || len(warnings) > 0 {
		t.Errorf("in the demo: warnings %q, %v", warnings, err)
	}
}
