package collector

import "github.com/wxapp-exporter/wxapp_exporter/wechat"

// location is where a place is shown on a map.
type location struct {
	long, short         string // its official name and the one in daily use
	latitude, longitude string // in degrees
}

// provinces returns the provinces, each at the seat of its government, in the order
// of their administrative codes.
func provinces() []location {
	return []location{
		{"北京市", "北京", "39.90", "116.41"},
		{"天津市", "天津", "39.13", "117.20"},
		{"河北省", "河北", "38.04", "114.51"},
		{"山西省", "山西", "37.87", "112.55"},
		{"内蒙古自治区", "内蒙古", "40.84", "111.75"},
		{"辽宁省", "辽宁", "41.80", "123.43"},
		{"吉林省", "吉林", "43.82", "125.32"},
		{"黑龙江省", "黑龙江", "45.80", "126.53"},
		{"上海市", "上海", "31.23", "121.47"},
		{"江苏省", "江苏", "32.06", "118.80"},
		{"浙江省", "浙江", "30.27", "120.15"},
		{"安徽省", "安徽", "31.82", "117.23"},
		{"福建省", "福建", "26.07", "119.30"},
		{"江西省", "江西", "28.68", "115.86"},
		{"山东省", "山东", "36.65", "117.12"},
		{"河南省", "河南", "34.75", "113.62"},
		{"湖北省", "湖北", "30.59", "114.31"},
		{"湖南省", "湖南", "28.23", "112.94"},
		{"广东省", "广东", "23.13", "113.26"},
		{"广西壮族自治区", "广西", "22.82", "108.37"},
		{"海南省", "海南", "20.04", "110.34"},
		{"重庆市", "重庆", "29.56", "106.55"},
		{"四川省", "四川", "30.57", "104.07"},
		{"贵州省", "贵州", "26.65", "106.63"},
		{"云南省", "云南", "25.04", "102.71"},
		{"西藏自治区", "西藏", "29.65", "91.14"},
		{"陕西省", "陕西", "34.34", "108.94"},
		{"甘肃省", "甘肃", "36.06", "103.83"},
		{"青海省", "青海", "36.62", "101.78"},
		{"宁夏回族自治区", "宁夏", "38.49", "106.23"},
		{"新疆维吾尔自治区", "新疆", "43.83", "87.62"},
		{"台湾省", "台湾", "25.03", "121.57"},
		{"香港特别行政区", "香港", "22.32", "114.17"},
		{"澳门特别行政区", "澳门", "22.20", "113.54"},
	}
}

// EachLocation calls emit for every place that is known, under each of its names.
func EachLocation(emit func(Sample)) {
	for _, place := range provinces() {
		for _, name := range []string{place.long, place.short} {
			emit(Sample{&locationInfo, []string{string(wechat.Province), place.latitude, place.longitude, name}, 1})
		}
	}
}
