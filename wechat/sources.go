package wechat

import (
	"slices"
	"strconv"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// EndpointVisitDistribution is the endpoint of the dataset sources.
const EndpointVisitDistribution = "visit_distribution"

// sources is where users come from, how long they stay and how many pages they open.
func sources() Dataset {
	return Dataset{Name: "sources", Title: text.Both{English: "sources", Chinese: "来源"}, Statistics: []Statistic{
		{Endpoint: EndpointVisitDistribution, Range: Range1Day, path: "/datacube/getweanalysisappidvisitdistribution", decode: decodeDistribution},
	}}
}

// Distribution is the visit distribution (getweanalysisappidvisitdistribution).
// Documented:
//
//	{"ref_date":"20170313","list":[
//	{"index":"access_source_session_cnt","item_list":[{"key":10,"value":5},{"key":8,"value":687}]},
//	{"index":"access_staytime_info","item_list":[{"key":8,"value":16329}]},
//	{"index":"access_depth_info","item_list":[{"key":5,"value":217},{"key":1,"value":43201}]}]}
//
// Answers of today have a fourth list, access_source_visit_uv, with the users by source
// (reported). Zeros are left out.
type Distribution struct {
	SourceSessions []KeyCount // access_source_session_cnt, by source
	SourceUsers    []KeyCount // access_source_visit_uv, by source
	StayTimes      []KeyCount // access_staytime_info: sessions by how long they took
	Depths         []KeyCount // access_depth_info: sessions by how many pages were opened
}

// Empty reports whether there are no numbers.
func (d Distribution) Empty() bool {
	return len(d.SourceSessions)+len(d.SourceUsers)+len(d.StayTimes)+len(d.Depths) == 0
}

func decodeDistribution(top object, _ Window, a *Answer) (problem string) {
	list, problem := listIn(top, "list")
	var d Distribution
	for index := range objects(list, maxKeys, &a.Rejected) {
		var to *[]KeyCount
		name, _ := exactBytes(index.get("index"))
		switch string(name) {
		case "access_source_session_cnt":
			to = &d.SourceSessions
		case "access_source_visit_uv":
			to = &d.SourceUsers
		case "access_staytime_info":
			to = &d.StayTimes
		case "access_depth_info":
			to = &d.Depths
		default:
			continue // WeChat may add lists of other things
		}
		if *to == nil {
			*to = a.keyCounts(index.get("item_list"))
		} else if again := new(Answer).keyCounts(index.get("item_list")); !slices.Equal(again, *to) {
			a.Rejected++
		}
	}
	a.Numbers = d
	return problem
}

// StayTimeName returns the seconds of a class of times, as in 3-5s (documented), or key_
// and its number.
func StayTimeName(key int64) string { return nameOfKey(key, stayTimeNames[:]) }

// DepthName returns the number of pages of a class, as in 6-10 (documented), or key_ and
// its number.
func DepthName(key int64) string { return nameOfKey(key, depthNames[:]) }

// nameOfKey returns the name of a key; the keys begin with 1.
func nameOfKey(key int64, names []string) string {
	if key < 1 || key > int64(len(names)) {
		return unnamed(key)
	}
	return names[key-1]
}

// unnamed names a key that is not documented.
func unnamed(key int64) string { return "key_" + strconv.FormatInt(key, 10) }

var stayTimeNames = [...]string{"0-2s", "3-5s", "6-10s", "11-20s", "20-30s", "30-50s", "50-100s", ">100s"}

var depthNames = [...]string{"1", "2", "3", "4", "5", "6-10", ">10"}
