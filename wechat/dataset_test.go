package wechat

import (
	"slices"
	"testing"
)

// Names and series are how answers and settings are kept, so they never change.
func TestDatasets(t *testing.T) {
	want := map[string][]string{
		"user_portrait": {"1d", "7d", "30d"},
		"visits":        {"daily_visit_trend", "daily_summary"},
		"sources":       {"visit_distribution"},
		"retention":     {"daily_retention"},
		"pages":         {"visit_page"},
	}
	seen := map[string]bool{}
	for i, dataset := range Datasets() {
		var series []string
		for _, s := range dataset.Statistics {
			series = append(series, s.Series())
			if seen[s.Series()] {
				t.Errorf("two statistics have the series %s", s.Series())
			}
			seen[s.Series()] = true
			if !slices.Contains(dataset.Endpoints(), s.Endpoint) || pathOf(s.Endpoint) != s.path {
				t.Errorf("%s: the endpoints are %q, the path is %s", s.Series(), dataset.Endpoints(), pathOf(s.Endpoint))
			}
		}
		if known, ok := want[dataset.Name]; ok && !slices.Equal(series, known) {
			t.Errorf("%s has the series %q, want %q", dataset.Name, series, known)
		}
		delete(want, dataset.Name)
		if DatasetNames()[i] != dataset.Name {
			t.Errorf("dataset %d is %s, named %s", i, dataset.Name, DatasetNames()[i])
		}
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
	if Datasets()[0].Name != UserPortrait || !slices.Equal(Datasets()[0].Endpoints(), []string{EndpointUserPortrait}) {
		t.Error("the user portrait, with one endpoint, is not the first dataset")
	}
}

func TestRangesOfDatasets(t *testing.T) {
	all := Datasets()
	portrait := all[0]
	portrait.Statistics = portrait.Statistics[1:]
	for _, test := range []struct {
		datasets []Dataset
		want     []Range
	}{
		{all, PortraitRanges()},
		{all[1:], nil},
		{[]Dataset{portrait, all[1]}, []Range{Range7Days, Range30Days}},
	} {
		if got := Ranges(test.datasets); !slices.Equal(got, test.want) {
			t.Errorf("got %v, want %v", got, test.want)
		}
	}
}
