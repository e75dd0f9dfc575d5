package wechattest

import "math"

// devices are the models of phones, the most common first.
var devices = []string{
	"苹果 iPhone 13", "苹果 iPhone 15 Pro Max", "华为 Mate 60 Pro", "苹果 iPhone 14",
	"华为 nova 12", "苹果 iPhone 15", "红米 K70", "荣耀 X50", "苹果 iPhone 11",
	"OPPO Reno 11", "vivo S18", "苹果 iPhone 12", "华为 Mate 60", "苹果 iPhone 14 Pro Max",
	"红米 Note 13", "荣耀 100", "OPPO A2", "小米 14", "vivo Y78", "苹果 iPhone 15 Pro",
	"华为 Pura 70", "vivo X100", "荣耀 90", "苹果 iPhone XR", "红米 Note 12",
	"OPPO R9", "华为 nova 11", "小米 13", "苹果 iPhone 13 Pro Max", "华为 畅享 60",
	"华为 P40", "OPPO Reno 10", "荣耀 畅玩 40", "华为 Mate 40 Pro", "vivo Y35",
	"iQOO Neo 9", "苹果 iPhone SE", "一加 12", "OPPO Find X7", "真我 GT5", "三星 Galaxy S24",
	"未知",
}

// deviceLimit is how many devices WeChat returns (documented).
const deviceLimit = 20

// fashion returns by how much a device is more or less common on a day than it is
// on average: 0.3 to 1.7. Models rise and fall over one to three years, the same
// ones for all apps. They do so again and again, because there must be devices on
// any day of any year.
func fashion(device int, d day) float64 {
	s := seed(0).at(device)
	period := s.at(1).between(400, 1000) // days
	return 1 + 0.7*math.Sin(2*math.Pi*(float64(d)/period+s.at(2).unit()))
}
