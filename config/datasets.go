package config

import "github.com/wxapp-exporter/wxapp_exporter/wechat"

// datasetsSetting is the setting of the datasets that are on.
const datasetsSetting = "WXAPP_DATASETS"

// parseDatasets takes the names of datasets. It returns the ranges of the user portrait,
// none if that is not among them, and the other datasets.
func parseDatasets(p *problems, e environment) ([]wechat.Range, []wechat.Dataset) {
	names := []string{wechat.EndpointUserPortrait}
	for _, dataset := range wechat.Datasets() {
		names = append(names, dataset.Name)
	}
	chosen := map[string]bool{}
	for _, name := range parseList(p.at(datasetsSetting), e.Datasets, names) {
		chosen[name] = true
	}
	ranges := parseList(p.at("WXAPP_RANGES"), e.Ranges, wechat.Ranges())
	if !chosen[wechat.EndpointUserPortrait] {
		ranges = nil
	}
	var datasets []wechat.Dataset
	for _, dataset := range wechat.Datasets() {
		if chosen[dataset.Name] {
			datasets = append(datasets, dataset)
		}
	}
	return ranges, datasets
}
