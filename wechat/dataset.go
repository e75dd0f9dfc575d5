package wechat

import (
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// UserPortrait is the name of the dataset that is on unless the settings say otherwise.
const UserPortrait = "user_portrait"

// Dataset is a group of statistics that are turned on together.
type Dataset struct {
	// Name is how settings and metrics call the dataset, Title how people do.
	Name  string
	Title text.Both
	// ByName says that the dataset is on only where the settings name it, because not everybody
	// who may see the other numbers may see its.
	ByName bool
	// Statistics are its parts, each a question to WeChat's API.
	Statistics []Statistic
	// Joint says that the statistics belong together: the numbers of a day are complete
	// when all of them have answered. Otherwise each stands for itself.
	Joint bool
}

// Datasets returns all datasets, in the order in which they are asked for.
func Datasets() []Dataset {
	return []Dataset{userPortrait(), visits(), sources(), retention(), pages(), weekly(), monthly(), ads()}
}

// DatasetNames returns the names of all datasets, in their order.
func DatasetNames() []string {
	var names []string
	for _, dataset := range Datasets() {
		names = append(names, dataset.Name)
	}
	return names
}

// DatasetNamed returns the dataset of a name, or false if there is none.
func DatasetNamed(name string) (Dataset, bool) {
	all := Datasets()
	i := slices.IndexFunc(all, func(d Dataset) bool { return d.Name == name })
	if i < 0 {
		return Dataset{}, false
	}
	return all[i], true
}

// StatisticOf returns the statistic whose answers are kept under the name of a series, or false if
// there is none.
func StatisticOf(series string) (Statistic, bool) {
	for _, dataset := range Datasets() {
		for _, s := range dataset.Statistics {
			if s.Series() == series {
				return s, true
			}
		}
	}
	return Statistic{}, false
}

// Endpoints returns the endpoints of the dataset, each once, in the order of its statistics.
func (d Dataset) Endpoints() []string {
	var all []string
	for _, s := range d.Statistics {
		if !slices.Contains(all, s.Endpoint) {
			all = append(all, s.Endpoint)
		}
	}
	return all
}

// Ranges returns the lengths of the windows of the user portrait in datasets, the shortest
// first; none if it is not among them.
func Ranges(datasets []Dataset) []Range {
	var ranges []Range
	for _, dataset := range datasets {
		for _, s := range dataset.Statistics {
			if dataset.Name == UserPortrait {
				ranges = append(ranges, s.Range)
			}
		}
	}
	return ranges
}
