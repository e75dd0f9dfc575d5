package wechat

import "slices"

// UserPortrait is the name of the dataset that is on unless the settings say otherwise.
const UserPortrait = "user_portrait"

// Dataset is a group of statistics that are turned on together.
type Dataset struct {
	// Name is how settings and metrics call the dataset.
	Name string
	// Statistics are its parts, each a question to WeChat's API.
	Statistics []Statistic
	// Joint says that the statistics belong together: the numbers of a day are complete
	// when all of them have answered. Otherwise each stands for itself.
	Joint bool
}

// Datasets returns all datasets, in the order in which they are asked for.
func Datasets() []Dataset {
	return []Dataset{userPortrait(), visits(), sources(), retention(), pages()}
}

// DatasetNames returns the names of all datasets, in their order.
func DatasetNames() []string {
	var names []string
	for _, dataset := range Datasets() {
		names = append(names, dataset.Name)
	}
	return names
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
