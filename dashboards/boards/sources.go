package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

// sourceNames are the sources that WeChat documents, with their meaning in English.
func sourceNames() [][2]string {
	return [][2]string{
		{"小程序历史列表", "Mini Program history"},
		{"搜索", "search"},
		{"会话", "chat"},
		{"扫一扫二维码", "QR code, scanned"},
		{"公众号主页", "Official Account profile"},
		{"聊天顶部", "top of a chat"},
		{"系统桌面", "home screen of the phone"},
		{"小程序主页", "Mini Program home"},
		{"附近的小程序", "Mini Programs nearby"},
		{"其他", "other"},
		{"模板消息", "template message"},
		{"客服消息", "customer service message"},
		{"公众号菜单", "Official Account menu"},
		{"APP分享", "shared from an app"},
		{"支付完成页", "page after a payment"},
		{"长按识别二维码", "QR code, long press"},
		{"相册选取二维码", "QR code from the album"},
		{"公众号文章", "Official Account article"},
		{"钱包", "wallet"},
		{"卡包", "cards and offers"},
		{"小程序内卡券", "coupon in a Mini Program"},
		{"其他小程序", "another Mini Program"},
		{"其他小程序返回", "back from another Mini Program"},
		{"卡券适用门店列表", "shops where a coupon is valid"},
		{"搜索框快捷入口", "shortcut in the search box"},
		{"小程序客服消息", "Mini Program customer service message"},
		{"公众号下发", "sent by an Official Account"},
		{"系统会话菜单", "menu of a system chat"},
		{"任务栏-最近使用", "taskbar: recently used"},
		{"长按小程序菜单圆点", "menu of a Mini Program, long press"},
		{"连wifi成功页", "page after joining Wi-Fi"},
		{"城市服务", "city services"},
		{"微信广告", "WeChat ads"},
		{"其他移动应用", "another mobile app"},
		{"发现入口-我的小程序", "Discover: my Mini Programs"},
		{"任务栏-我的小程序", "taskbar: my Mini Programs"},
		{"微信圈子", "WeChat circles"},
		{"手机充值", "mobile top-up"},
		{"H5", "H5"},
		{"插件", "plug-in"},
		{"大家在用", "what others use"},
		{"发现页", "Discover"},
		{"浮窗", "floating window"},
		{"附近的人", "people nearby"},
		{"看一看", "Top Stories"},
		{"朋友圈", "Moments"},
		{"企业微信", "WeCom"},
		{"视频", "video"},
		{"收藏", "favorites"},
		{"微信红包", "red packet"},
		{"微信游戏中心", "WeChat game center"},
		{"摇一摇", "shake"},
		{"公众号导购消息", "Official Account shopping message"},
		{"识物", "image search"},
		{"小程序订单", "Mini Program orders"},
		{"小程序直播", "Mini Program live stream"},
		{"群工具", "group tools"},
	}
}

// sources are the words for the sources. One that WeChat does not document keeps its key.
func (l language) sources() []grafana.Choice {
	var choices []grafana.Choice
	for _, name := range sourceNames() {
		choices = append(choices, grafana.Choice{Value: name[0], Text: l.text(name[1], name[0])})
	}
	return choices
}

// namedSources shows the series of sources in the language.
func (l language) namedSources(p *grafana.Panel) *grafana.Panel {
	for _, choice := range l.sources() {
		p.Override(choice.Value.(string), grafana.Property{ID: "displayName", Value: choice.Text})
	}
	return p
}
