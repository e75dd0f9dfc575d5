package wechattest

import "strings"

// province is a province as WeChat names it, with its users relative to the
// others and its cities, those with most users first.
type province struct {
	name   string
	weight float64
	cities []string
}

// provinces are in the order of their ids: Guangdong is the 31st and Guangzhou its
// second city, as in the documented answer.
var provinces = []province{
	{"北京", 24, []string{"北京"}},
	{"天津", 14, []string{"天津"}},
	{"河北省", 70, strings.Fields("石家庄 保定 唐山 邯郸 廊坊 沧州 邢台 秦皇岛 张家口 衡水 承德")},
	{"山西省", 34, strings.Fields("太原 临汾 运城 大同 长治 晋中 吕梁 晋城 忻州 阳泉 朔州")},
	{"内蒙古自治区", 23, strings.Fields("呼和浩特 包头 赤峰 鄂尔多斯 通辽 呼伦贝尔 巴彦淖尔 乌兰察布 锡林郭勒 兴安 乌海 阿拉善")},
	{"辽宁省", 41, strings.Fields("沈阳 大连 鞍山 锦州 营口 抚顺 葫芦岛 丹东 朝阳 铁岭 盘锦 辽阳 本溪 阜新")},
	{"吉林省", 23, strings.Fields("长春 吉林 四平 通化 延边 松原 白城 白山 辽源")},
	{"黑龙江省", 30, strings.Fields("哈尔滨 大庆 齐齐哈尔 牡丹江 绥化 佳木斯 黑河 鸡西 双鸭山 伊春 鹤岗 七台河 大兴安岭")},
	{"上海", 27, []string{"上海"}},
	{"江苏省", 87, strings.Fields("苏州 南京 无锡 徐州 南通 常州 盐城 扬州 泰州 淮安 宿迁 连云港 镇江")},
	{"浙江省", 68, strings.Fields("杭州 宁波 温州 金华 台州 嘉兴 绍兴 湖州 丽水 衢州 舟山")},
	{"安徽省", 59, strings.Fields("合肥 阜阳 芜湖 安庆 六安 滁州 亳州 宿州 蚌埠 马鞍山 宣城 淮南 淮北 黄山 铜陵 池州")},
	{"福建省", 43, strings.Fields("福州 泉州 厦门 漳州 莆田 宁德 龙岩 三明 南平")},
	{"江西省", 43, strings.Fields("南昌 赣州 上饶 九江 宜春 吉安 抚州 景德镇 萍乡 新余 鹰潭")},
	{"山东省", 97, strings.Fields("青岛 济南 临沂 潍坊 烟台 济宁 菏泽 淄博 德州 聊城 泰安 滨州 威海 东营 枣庄 日照")},
	{"河南省", 92, strings.Fields("郑州 洛阳 南阳 周口 商丘 驻马店 信阳 新乡 安阳 平顶山 许昌 开封 焦作 濮阳 漯河 三门峡 鹤壁 济源")},
	{"湖北省", 57, strings.Fields("武汉 襄阳 荆州 宜昌 黄冈 孝感 十堰 荆门 黄石 咸宁 恩施 随州 鄂州 仙桃 天门 潜江 神农架")},
	{"湖南省", 63, strings.Fields("长沙 衡阳 株洲 岳阳 常德 邵阳 郴州 永州 湘潭 娄底 怀化 益阳 湘西 张家界")},
	{"广西壮族自治区", 46, strings.Fields("南宁 桂林 柳州 玉林 贵港 百色 梧州 钦州 河池 北海 来宾 崇左 贺州 防城港")},
	{"海南省", 10, strings.Fields("海口 三亚 儋州 琼海 万宁 文昌 东方 澄迈 陵水 五指山")},
	{"重庆", 32, []string{"重庆"}},
	{"四川省", 80, strings.Fields("成都 绵阳 南充 宜宾 泸州 德阳 达州 乐山 眉山 内江 自贡 遂宁 广安 凉山 资阳 广元 攀枝花 巴中 雅安 阿坝 甘孜")},
	{"贵州省", 35, strings.Fields("贵阳 遵义 毕节 黔东南 铜仁 黔南 六盘水 黔西南 安顺")},
	{"云南省", 43, strings.Fields("昆明 曲靖 红河 大理 昭通 文山 玉溪 楚雄 保山 普洱 西双版纳 临沧 德宏 丽江 迪庆 怒江")},
	{"西藏自治区", 3, strings.Fields("拉萨 日喀则 昌都 林芝 山南 那曲 阿里")},
	{"陕西省", 39, strings.Fields("西安 咸阳 宝鸡 渭南 榆林 汉中 延安 安康 商洛 铜川")},
	{"甘肃省", 23, strings.Fields("兰州 天水 庆阳 平凉 酒泉 定西 白银 张掖 陇南 武威 临夏 甘南 嘉峪关 金昌")},
	{"青海省", 5, strings.Fields("西宁 海东 海西 海南 海北 玉树 黄南 果洛")},
	{"宁夏回族自治区", 7, strings.Fields("银川 吴忠 石嘴山 固原 中卫")},
	{"新疆维吾尔自治区", 23, strings.Fields("乌鲁木齐 伊犁 昌吉 喀什 阿克苏 巴音郭楞 哈密 克拉玛依 石河子 塔城 和田 博尔塔拉 吐鲁番 阿勒泰 克孜勒苏")},
	{"广东省", 132, strings.Fields("深圳 广州 东莞 佛山 惠州 中山 江门 湛江 珠海 汕头 茂名 揭阳 肇庆 清远 梅州 韶关 河源 阳江 潮州 汕尾 云浮")},
	{"香港", 2, []string{"香港"}},
	{"澳门", 0.6, []string{"澳门"}},
	{"台湾省", 1, strings.Fields("台北 新北 台中 高雄 桃园 台南 新竹")},
	{"未知", 14, []string{"未知"}},
}
