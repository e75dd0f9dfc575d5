package boards

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// hourLimit is what an alert compares an age in hours with, from below.
var hourLimit = regexp.MustCompile(`> (\d+)\b`)

// ageLimit is a comparison of the age of a window in a query.
var ageLimit = regexp.MustCompile(`time\(\) - [^>\n]*wxapp_data_end_timestamp_seconds[^>\n]*> (\d+) \* 3600\n`)

// The alerts fire at the ages that the boards show, and their texts name these ages.
func TestAgesOfAlerts(t *testing.T) {
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "../rules/wxapp-alerts.yml")), &file); err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Duration{"WxappDataStale": series.StaleAfter, "WxappDayAboutToBeLost": series.LossImminentAfter, "WxappDayLost": series.LostAfter}
	got := map[string]time.Duration{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if want[rule.Alert] != 0 {
				hours, err := strconv.Atoi(hourLimit.FindStringSubmatch(rule.Expr)[1])
				if err != nil {
					t.Fatal(err)
				}
				got[rule.Alert] = time.Duration(hours) * time.Hour
				holdsHours(t, rule.Alert+": description", rule.Annotations["description"], series.LostAfter)
			}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the alerts fire at the ages %v, want %v", got, want)
	}
}

// Documents compare with the same ages and name them.
func TestAgesInDocuments(t *testing.T) {
	for _, language := range []string{"", ".zh-CN"} {
		for _, document := range []struct {
			file string
			ages []time.Duration
		}{
			{"README", []time.Duration{series.LastPublication, series.LostAfter}},
			{"docs/runbooks/WxappDataStale", []time.Duration{series.LastPublication, series.StaleAfter, series.LostAfter}},
			{"docs/runbooks/WxappDayAboutToBeLost", []time.Duration{series.LossImminentAfter, series.LostAfter}},
		} {
			name := document.file + language + ".md"
			holdsHours(t, name, read(t, filepath.Join("../..", name)), document.ages...)
		}
	}

	var documents []string
	for _, pattern := range []string{"../../README*.md", "../../docs/*.md", "../../docs/*/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, files...)
	}
	queries := 0
	for _, name := range documents {
		for _, match := range ageLimit.FindAllStringSubmatch(read(t, name), -1) {
			queries++
			if match[1] != strconv.Itoa(hours(series.StaleAfter)) {
				t.Errorf("%s: data count as stale after %s hours, want %d", name, match[1], hours(series.StaleAfter))
			}
		}
	}
	if queries < 2 {
		t.Errorf("%d queries for stale data in documents, want one in each language", queries)
	}
}

// holdsHours fails a test unless a text names each age, in English or Chinese.
func holdsHours(t *testing.T, place, text string, ages ...time.Duration) {
	t.Helper()
	text = strings.Join(strings.Fields(text), " ")
	for _, age := range ages {
		n := hours(age)
		if !strings.Contains(text, fmt.Sprintf("%d hours", n)) && !strings.Contains(text, fmt.Sprintf("%d 小时", n)) {
			t.Errorf("%s does not name the age of %d hours", place, n)
		}
	}
}
