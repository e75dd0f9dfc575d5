package collector

import (
	"strconv"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Location is a place on a map.
type Location struct {
	// Adcode is its code in GB/T 2260, such as 440000.
	Adcode string
	// Long is its official name, such as 广东省, and Short the one in daily use, 广东.
	// WeChat uses either.
	Long, Short string
	// English is its name in English, such as Guangdong.
	English string
	// Latitude and Longitude are where it is drawn, in degrees: a province at the seat
	// of its government.
	Latitude, Longitude float64
}

// Provinces returns the 34 provinces of China in the order of their adcodes.
func Provinces() []Location {
	return []Location{
		{"110000", "北京市", "北京", "Beijing", 39.90, 116.41},
		{"120000", "天津市", "天津", "Tianjin", 39.13, 117.20},
		{"130000", "河北省", "河北", "Hebei", 38.04, 114.51},
		{"140000", "山西省", "山西", "Shanxi", 37.87, 112.55},
		{"150000", "内蒙古自治区", "内蒙古", "Inner Mongolia", 40.84, 111.75},
		{"210000", "辽宁省", "辽宁", "Liaoning", 41.80, 123.43},
		{"220000", "吉林省", "吉林", "Jilin", 43.82, 125.32},
		{"230000", "黑龙江省", "黑龙江", "Heilongjiang", 45.80, 126.53},
		{"310000", "上海市", "上海", "Shanghai", 31.23, 121.47},
		{"320000", "江苏省", "江苏", "Jiangsu", 32.06, 118.80},
		{"330000", "浙江省", "浙江", "Zhejiang", 30.27, 120.15},
		{"340000", "安徽省", "安徽", "Anhui", 31.82, 117.23},
		{"350000", "福建省", "福建", "Fujian", 26.07, 119.30},
		{"360000", "江西省", "江西", "Jiangxi", 28.68, 115.86},
		{"370000", "山东省", "山东", "Shandong", 36.65, 117.12},
		{"410000", "河南省", "河南", "Henan", 34.75, 113.62},
		{"420000", "湖北省", "湖北", "Hubei", 30.59, 114.31},
		{"430000", "湖南省", "湖南", "Hunan", 28.23, 112.94},
		{"440000", "广东省", "广东", "Guangdong", 23.13, 113.26},
		{"450000", "广西壮族自治区", "广西", "Guangxi", 22.82, 108.37},
		{"460000", "海南省", "海南", "Hainan", 20.04, 110.34},
		{"500000", "重庆市", "重庆", "Chongqing", 29.56, 106.55},
		{"510000", "四川省", "四川", "Sichuan", 30.57, 104.07},
		{"520000", "贵州省", "贵州", "Guizhou", 26.65, 106.63},
		{"530000", "云南省", "云南", "Yunnan", 25.04, 102.71},
		{"540000", "西藏自治区", "西藏", "Tibet", 29.65, 91.14},
		{"610000", "陕西省", "陕西", "Shaanxi", 34.34, 108.94},
		{"620000", "甘肃省", "甘肃", "Gansu", 36.06, 103.83},
		{"630000", "青海省", "青海", "Qinghai", 36.62, 101.78},
		{"640000", "宁夏回族自治区", "宁夏", "Ningxia", 38.49, 106.23},
		{"650000", "新疆维吾尔自治区", "新疆", "Xinjiang", 43.83, 87.62},
		{"710000", "台湾省", "台湾", "Taiwan", 25.03, 121.57},
		{"810000", "香港特别行政区", "香港", "Hong Kong", 22.32, 114.17},
		{"820000", "澳门特别行政区", "澳门", "Macao", 22.20, 113.54},
	}
}

// LocationMetric returns the metric of the samples that EachLocation emits.
func LocationMetric() *Metric { return &locationInfo }

// EachLocation calls emit for every known place, under each of its names.
func EachLocation(emit func(Sample)) {
	for _, place := range Provinces() {
		for _, name := range []string{place.Long, place.Short} {
			emit(Sample{&locationInfo, []string{string(wechat.Province), place.English, degrees(place.Latitude), degrees(place.Longitude), name}, 1})
		}
	}
}

func degrees(angle float64) string { return strconv.FormatFloat(angle, 'f', 2, 64) }
