package config

import (
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// datasetsSetting is the setting of the datasets that are on.
const datasetsSetting = "WXAPP_DATASETS"

// everyDataset is the value of the setting that turns on all datasets, also those that all does
// not turn on.
func everyDataset() string { return strings.Join(wechat.DatasetNames(), ",") }

// datasetNames returns the values of the setting in words.
func datasetNames(language text.Language) string {
	var names, byName []string
	for _, dataset := range wechat.Datasets() {
		name := dataset.Name
		if language == text.Chinese {
			name += "（" + dataset.Title.Chinese + "）"
		}
		names = append(names, name)
		if dataset.ByName {
			byName = append(byName, dataset.Name)
		}
	}
	all := language.Say(", or all", "，或 all")
	if len(byName) > 0 {
		all += language.Say(", which leaves out "+strings.Join(byName, " and "), "（不含 "+strings.Join(byName, "、")+"）")
	}
	return strings.Join(names, language.Say(", ", "、")) + all
}

// parseDatasets returns the datasets that are on, the user portrait with the ranges that are.
func parseDatasets(p *problems, e environment) []wechat.Dataset {
	var named []string
	for _, dataset := range wechat.Datasets() {
		if dataset.ByName {
			named = append(named, dataset.Name)
		}
	}
	chosen := parseList(p.at(datasetsSetting), e.Datasets, wechat.DatasetNames(), named...)
	ranges := parseList(p.at("WXAPP_RANGES"), e.Ranges, wechat.PortraitRanges())
	var datasets []wechat.Dataset
	for _, dataset := range wechat.Datasets() {
		if !slices.Contains(chosen, dataset.Name) {
			continue
		}
		if dataset.Name == wechat.UserPortrait {
			dataset.Statistics = slices.DeleteFunc(dataset.Statistics, func(s wechat.Statistic) bool { return !slices.Contains(ranges, s.Range) })
		}
		datasets = append(datasets, dataset)
	}
	return datasets
}

// warnReadable warns of numbers that everybody can read who reaches the port. Those of the
// datasets that all turns on are no secret; the others are.
func warnReadable(p *problems, c Config) {
	for _, dataset := range c.Datasets {
		if dataset.ByName && c.WebConfigFile == "" {
			p.at(datasetsSetting).warnf("turns on %s, and without WXAPP_WEB_CONFIG_FILE everyone who reaches %s can read these numbers; set it to a file with passwords or client certificates, or keep the port private",
				dataset.Name, strings.Join(c.ListenAddresses, ", "))
		}
	}
}
