package config

import (
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// datasetsSetting is the setting of the datasets that are on.
const datasetsSetting = "WXAPP_DATASETS"

// parseDatasets returns the datasets that are on, the user portrait with the ranges that are.
func parseDatasets(p *problems, e environment) []wechat.Dataset {
	chosen := parseList(p.at(datasetsSetting), e.Datasets, wechat.DatasetNames())
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
