package dashboards

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// datasets adds the series of the datasets beside the user portrait of an app: a dozen
// sources, the 20 pages that are shown unless WXAPP_TOP says otherwise, and three slots of ads.
func (f fleet) datasets(app int, dayEnd func(time.Time) float64, add func(value func(time.Time) float64, name string, pairs ...string)) {
	for _, dataset := range wechat.Datasets() {
		if dataset.Name == wechat.UserPortrait { // has series of its own
			continue
		}
		end := dayEnd
		for _, span := range spans {
			if span.dataset == dataset.Name {
				end = func(at time.Time) float64 { return float64(shownSpan(at, span.ended).Unix()) }
			}
		}
		add(end, "wxapp_dataset_end_timestamp_seconds", "dataset", dataset.Name)
		add(func(time.Time) float64 { return 1 }, "wxapp_dataset_up", "dataset", dataset.Name)
		for _, reason := range wechat.FailureReasons() {
			add(func(time.Time) float64 { return 0 }, "wxapp_dataset_failures_total", "dataset", dataset.Name, "reason", string(reason))
		}
	}
	values := map[string][]string{
		"period": {"day", "week", "month"}, "cohort": {"active", "new"},
		"slot": {"SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_REWARD_VIDEO", "SLOT_ID_WEAPP_INTERSTITIAL"},
	}
	for label, later := range map[string][]int{"day": wechat.RetentionDays(), "week": wechat.RetentionWeeks(), "month": wechat.RetentionMonths()} {
		for _, n := range later {
			values[label] = append(values[label], strconv.Itoa(n))
		}
	}
	for key := range int64(20) {
		values["page"] = append(values["page"], fmt.Sprintf("pages/page%d", key))
		if key < 12 {
			values["source"] = append(values["source"], wechat.SourceName(key+1))
		}
		if key < 8 {
			values["stay_time"] = append(values["stay_time"], wechat.StayTimeName(key+1))
		}
		if key < 7 {
			values["depth"] = append(values["depth"], wechat.DepthName(key+1))
		}
	}
	for _, metric := range figureMetrics() {
		all := [][]string{nil}
		for _, label := range metric.Labels[1:] { // the first is the appid
			var longer [][]string
			for _, pairs := range all {
				for _, value := range values[label] {
					if value != "day" && label == "period" && len(metric.Labels) > 2 { // sources, pages and ads
						continue
					}
					longer = append(longer, append(slices.Clone(pairs), label, value))
				}
			}
			all = longer
		}
		for i, pairs := range all {
			add(func(at time.Time) float64 { return float64(10*(i+1) + int(dayEnd(at)/86400)%7 + app) }, metric.Name, pairs...)
		}
	}
}
