package wechat

import "github.com/wxapp-exporter/wxapp_exporter/text"

// SourceName returns WeChat's name of a source (documented), or key_ and the number of one
// that has no name here.
func SourceName(key int64) string {
	if names := Sources(); key >= 1 && key <= int64(len(names)) {
		return names[key-1].Chinese
	}
	return unnamed(key)
}

// Sources returns the names of the sources, that of key 1 first: WeChat's own, which is Chinese
// (documented), and what it means in English.
func Sources() []text.Both { return sourceNames[:] }

var sourceNames = [...]text.Both{
	{English: "Mini Program history", Chinese: "小程序历史列表"},
	{English: "search", Chinese: "搜索"},
	{English: "chat", Chinese: "会话"},
	{English: "QR code, scanned", Chinese: "扫一扫二维码"},
	{English: "Official Account profile", Chinese: "公众号主页"},
	{English: "top of a chat", Chinese: "聊天顶部"},
	{English: "home screen of the phone", Chinese: "系统桌面"},
	{English: "Mini Program home", Chinese: "小程序主页"},
	{English: "Mini Programs nearby", Chinese: "附近的小程序"},
	{English: "other", Chinese: "其他"},
	{English: "template message", Chinese: "模板消息"},
	{English: "customer service message", Chinese: "客服消息"},
	{English: "Official Account menu", Chinese: "公众号菜单"},
	{English: "shared from an app", Chinese: "APP分享"},
	{English: "page after a payment", Chinese: "支付完成页"},
	{English: "QR code, long press", Chinese: "长按识别二维码"},
	{English: "QR code from the album", Chinese: "相册选取二维码"},
	{English: "Official Account article", Chinese: "公众号文章"},
	{English: "wallet", Chinese: "钱包"},
	{English: "cards and offers", Chinese: "卡包"},
	{English: "coupon in a Mini Program", Chinese: "小程序内卡券"},
	{English: "another Mini Program", Chinese: "其他小程序"},
	{English: "back from another Mini Program", Chinese: "其他小程序返回"},
	{English: "shops where a coupon is valid", Chinese: "卡券适用门店列表"},
	{English: "shortcut in the search box", Chinese: "搜索框快捷入口"},
	{English: "Mini Program customer service message", Chinese: "小程序客服消息"},
	{English: "sent by an Official Account", Chinese: "公众号下发"},
	{English: "menu of a system chat", Chinese: "系统会话菜单"},
	{English: "taskbar: recently used", Chinese: "任务栏-最近使用"},
	{English: "menu of a Mini Program, long press", Chinese: "长按小程序菜单圆点"},
	{English: "page after joining Wi-Fi", Chinese: "连wifi成功页"},
	{English: "city services", Chinese: "城市服务"},
	{English: "WeChat ads", Chinese: "微信广告"},
	{English: "another mobile app", Chinese: "其他移动应用"},
	{English: "Discover: my Mini Programs", Chinese: "发现入口-我的小程序"},
	{English: "taskbar: my Mini Programs", Chinese: "任务栏-我的小程序"},
	{English: "WeChat circles", Chinese: "微信圈子"},
	{English: "mobile top-up", Chinese: "手机充值"},
	{English: "H5", Chinese: "H5"},
	{English: "plug-in", Chinese: "插件"},
	{English: "what others use", Chinese: "大家在用"},
	{English: "Discover", Chinese: "发现页"},
	{English: "floating window", Chinese: "浮窗"},
	{English: "people nearby", Chinese: "附近的人"},
	{English: "Top Stories", Chinese: "看一看"},
	{English: "Moments", Chinese: "朋友圈"},
	{English: "WeCom", Chinese: "企业微信"},
	{English: "video", Chinese: "视频"},
	{English: "favorites", Chinese: "收藏"},
	{English: "red packet", Chinese: "微信红包"},
	{English: "WeChat game center", Chinese: "微信游戏中心"},
	{English: "shake", Chinese: "摇一摇"},
	{English: "Official Account shopping message", Chinese: "公众号导购消息"},
	{English: "image search", Chinese: "识物"},
	{English: "Mini Program orders", Chinese: "小程序订单"},
	{English: "Mini Program live stream", Chinese: "小程序直播"},
	{English: "group tools", Chinese: "群工具"},
}
