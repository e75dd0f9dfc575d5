package collector

import (
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Label describes a label of the metrics.
type Label struct {
	Name string
	// Values are all values that it takes, in their order; nil when they come from
	// WeChat or from the settings.
	Values []string
	// Meaning says what the values are, as a part of a sentence in Markdown.
	Meaning string
}

// Labels returns every label of the metrics.
func Labels() []Label {
	return []Label{
		{"appid", nil, "the appid of the Mini Program"},
		{"app", nil, "the name that its owner gave the Mini Program, or its appid"},
		{"metric", texts(wechat.Metrics()), "`visit_uv` is users who came, `visit_uv_new` users who came for the first time"},
		{"dimension", texts(wechat.Dimensions()), "what `name` is a value of"},
		{"name", nil, "the province, city, … as WeChat sends it, in Chinese"},
		{"range", rangeTexts(), "the days within which users are de-duplicated"},
		{"reason", texts(wechat.FailureReasons()), "why a poll failed; see [the errcodes](errcodes.md)"},
		{"endpoint", endpointTexts(), "which call of WeChat's API"},
		{"code", nil, "WeChat's errcode, `0` for success; `http_` and the HTTP status; `http_other` for a status that HTTP does not know; `network` when no whole answer came; `decode` when the answer was not understood; `unknown` for an errcode that is not in [the list](errcodes.md)"},
		{"dataset", datasetTexts(), "a dataset beside the user portrait; see `WXAPP_DATASETS`"},
		{"period", []string{periodDay}, "the time that the numbers are for"},
		{"source", nil, "where users came from, as WeChat's documentation names it, in Chinese; `key_` and WeChat's number for a source without a name there"},
		{"stay_time", nil, "how long sessions took, such as `3-5s`; `key_` and WeChat's number for a class without a name"},
		{"depth", nil, "how many pages sessions opened, such as `6-10`; `key_` and WeChat's number for a class without a name"},
		{"cohort", []string{cohortActive, cohortNew}, "whose return is counted: all users of a day, or those who came for the first time"},
		{"day", dayTexts(), "after how many days users came again"},
		{"page", nil, "the path of a page of the Mini Program"},
		{"english", nil, "the name of a province in English"},
		{"latitude", nil, "in degrees, north"},
		{"longitude", nil, "in degrees, east"},
	}
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

func rangeTexts() []string {
	var all []string
	for _, length := range wechat.Ranges() {
		all = append(all, length.String())
	}
	return all
}

func endpointTexts() []string {
	all := []string{wechat.EndpointQuota, wechat.EndpointToken, wechat.EndpointUserPortrait}
	for _, dataset := range wechat.Datasets() {
		for _, statistic := range dataset.Statistics {
			all = append(all, statistic.Endpoint)
		}
	}
	return all
}

func datasetTexts() []string {
	var all []string
	for _, dataset := range wechat.Datasets() {
		all = append(all, dataset.Name)
	}
	return all
}

func dayTexts() []string {
	var all []string
	for _, days := range wechat.RetentionDays() {
		all = append(all, strconv.Itoa(days))
	}
	return all
}

// Markdown returns the values and the meaning of the label for a table.
func (l Label) Markdown() string {
	if len(l.Values) == 0 {
		return l.Meaning
	}
	return "`" + strings.Join(l.Values, "` `") + "`: " + l.Meaning
}
