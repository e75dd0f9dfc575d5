package wechat

import (
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// EndpointUserPortrait is the endpoint of the dataset user_portrait.
const EndpointUserPortrait = "user_portrait"

const portraitPath = "/datacube/getweanalysisappiduserportrait"

// userPortrait is who the users are. WeChat answers for windows that end yesterday or the day
// before, nothing else (reported).
func userPortrait() Dataset {
	dataset := Dataset{Name: UserPortrait, Title: text.Both{English: "user portrait", Chinese: "用户画像"}}
	for _, length := range PortraitRanges() {
		dataset.Statistics = append(dataset.Statistics, Statistic{
			Endpoint: EndpointUserPortrait, Range: length, Keeps: 2, path: portraitPath, begin: beginPortrait,
		})
	}
	return dataset
}

// Portrait is who the users of a window are (getweanalysisappiduserportrait): lists of rows,
// each with every name once, in the order of the answer. Lists without rows are absent.
type Portrait map[Breakdown][]Row

// Metric is what a portrait counts.
type Metric string

// The metrics of the user portrait.
const (
	VisitUVNew Metric = "visit_uv_new" // users who came for the first time
	VisitUV    Metric = "visit_uv"     // users who came
)

// Metrics returns all metrics, in alphabetical order.
func Metrics() []Metric { return []Metric{VisitUV, VisitUVNew} }

// Dimension is a property by which a portrait divides the users. WeChat's plural
// keys (genders, platforms, devices, ages) are named in the singular here.
type Dimension string

// The dimensions of the user portrait.
const (
	Province Dimension = "province"
	City     Dimension = "city"
	Gender   Dimension = "gender"
	Platform Dimension = "platform"
	Device   Dimension = "device"
	Age      Dimension = "age"
)

// Page is not a dimension of the user portrait. Limits of the number of pages are named so.
const Page Dimension = "page"

// Dimensions returns all dimensions, in alphabetical order.
func Dimensions() []Dimension { return []Dimension{Age, City, Device, Gender, Platform, Province} }

// Breakdown names one list of a portrait.
type Breakdown struct {
	Metric    Metric
	Dimension Dimension
}

// Row is one line of a list: how many users have a property.
type Row struct {
	Name  string // as WeChat sends it: valid UTF-8, 1 to 256 bytes
	Users int64  // de-duplicated within the window, 0 or more
}

// Empty reports whether the portrait has no rows.
func (p Portrait) Empty() bool { return len(p) == 0 }

const (
	maxName = 256    // bytes
	maxRows = 20_000 // of one list; the longest, the cities, has some 340
)
