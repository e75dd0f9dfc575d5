package wechat

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// Errcode is a row of the table of everything that can go wrong with a call: WeChat's
// errcodes, HTTP statuses, and what has no code.
type Errcode struct {
	// Code is the errcode in decimal, http_ and a status or its hundreds (http_412,
	// http_5xx), network, decode, or unknown for the errcodes that are not in the table.
	// It is empty in the row for all other errors of a reason, such as those of a call
	// that could not be made.
	Code string
	// When says what else has to be true for the row to apply. It is empty in the row
	// that applies otherwise.
	When text.Both
	// Reason is the reason of an error with this code.
	Reason Reason
	// Pause is how long to wait before the next call.
	Pause Pause
	// Remedy says what the owner of the app should do.
	Remedy text.Both
}

// Pause says how long to wait before the next call after a failure.
type Pause struct {
	First   time.Duration // after the first failure in a row; doubled with each further one
	Most    time.Duration // the limit of the doubling; 0: the interval at which the caller polls
	NextDay bool          // not before the next day in China (First and Most do not count then)
}

// The pauses of the table.
var (
	pauseBriefly   = Pause{First: 10 * time.Second}
	pauseMinutes   = Pause{First: time.Minute, Most: time.Hour}
	pauseToken     = Pause{First: 10 * time.Minute, Most: time.Hour}
	pauseHour      = Pause{First: time.Hour, Most: time.Hour}
	pauseDay       = Pause{First: 24 * time.Hour, Most: 24 * time.Hour}
	pauseNextDay   = Pause{NextDay: true}
	pausePublished = Pause{First: time.Hour} // an hour, or the interval where that is less
)

// errcodeRow is a row of the table as it is written: several codes may share one.
type errcodeRow struct {
	reason Reason
	codes  []string
	pause  Pause
	remedy text.Both         // see Error.details for the words in braces
	when   text.Both         // as in Errcode
	holds  func(*Error) bool // whether when is true; nil: always
}

// Where to look in WeChat's console.
const (
	settingsPage  = "mp.weixin.qq.com → 开发管理 → 开发设置"
	allowlistPage = settingsPage + " → IP白名单"
)

// passwordOfProxy is the remedy where a proxy asks for a password, by a tunnel's error or
// by a status.
var passwordOfProxy = both(
	"set the user name and password of the proxy in the environment variable {variable}, "+
		"as in http://user:password@host:port; if they are set, correct them",
	"在环境变量 {variable} 中填写代理的用户名和密码，格式为 http://user:password@host:port；若已填写，请检查是否正确",
)

// errcodes is the only place that knows errcodes. The first row of a code whose
// condition holds applies. The errcodes are documented by WeChat or reported from live
// use.
var errcodes = []errcodeRow{
	{
		reason: ReasonAccount, codes: []string{"50002", "50004", "50007", ""}, pause: pauseHour,
		remedy: both(
			"log in to mp.weixin.qq.com and resolve the restriction that WeChat has placed on the account",
			"登录 mp.weixin.qq.com，按站内通知解除对该账号的限制",
		),
	},
	{
		reason: ReasonAllowlist, codes: []string{"40164", "61004", ""}, pause: pauseHour,
		remedy: both(
			"add {address} to the app's IP allow-list: "+allowlistPage,
			"将{address}加入该小程序的 IP 白名单："+allowlistPage,
		),
	},
	{
		reason: ReasonBusy, codes: []string{"-1", "61504"}, pause: pauseBriefly,
		remedy: both(
			"no action needed: WeChat is busy; the call is retried later",
			"无需处理：微信系统繁忙，稍后会自动重试",
		),
	},
	{
		reason: ReasonBusy, codes: []string{"http_5xx", codeHTTPOther}, pause: pauseBriefly,
		remedy: both(
			"the server, or a proxy in front of it, is failing; "+
				"if it persists, use another WeChat host as the base URL",
			"服务器或其前端代理出现故障；若持续存在，请将基础 URL 换成微信的其他域名",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("a proxy variable is wrong", "代理环境变量有误"),
		holds: hasCause[proxyError],
		remedy: both(
			"correct the environment variable {variable}: write http://host:port or http://user:password@host:port, "+
				"with special characters percent-encoded",
			"更正环境变量 {variable}：格式为 http://host:port 或 http://user:password@host:port，其中的特殊字符须经 URL 编码",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:   both("the proxy requires a password", "代理要求密码"),
		holds:  isProxyLogin,
		remedy: passwordOfProxy,
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("the proxy does not connect to the server", "代理拒绝连接该服务器"),
		holds: hasCause[proxyAnswer],
		remedy: both(
			"let the proxy of {variable} connect to the server, and repair it if its status is 5xx, "+
				"or name the server in NO_PROXY to call it directly",
			"让 {variable} 所设的代理放行该服务器；若代理返回 5xx，请修复代理；或将该服务器写入 NO_PROXY 以直接连接",
		),
	},
	{reason: ReasonBusy, codes: []string{"http_407"}, pause: pauseBriefly, remedy: passwordOfProxy},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("the call was canceled", "请求被取消"),
		holds: wasCanceled,
		remedy: both(
			"no action needed: the exporter canceled the call",
			"无需处理：请求由本程序主动取消",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("the server speaks plain http", "服务器使用的是明文 http"),
		holds: isPlainHTTP,
		remedy: both(
			"the port answers without TLS: correct the port in the base URL or token URL, or write http:// instead of https://",
			"该端口未使用 TLS：更正基础 URL 或 token URL 中的端口，或将 https:// 改为 http://",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("the proxy's port refuses the connection", "代理端口拒绝连接"),
		holds: isRefusedByProxy,
		remedy: both(
			"start the proxy, or correct its host and port in {variable}: nothing listens there",
			"启动代理，或更正 {variable} 中的代理地址和端口：该端口没有程序在监听",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("the proxy makes no connection", "代理未能建立连接"),
		holds: isUnconnected,
		remedy: both(
			"check that the proxy of {variable} is running and can reach the server, "+
				"or name the server in NO_PROXY to call it directly",
			"检查 {variable} 所设的代理是否正常、能否访问该服务器；或将该服务器写入 NO_PROXY 以直接连接",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("the host name cannot be resolved", "域名无法解析"),
		holds: isUnresolved,
		remedy: both(
			"check that this machine can resolve {host}, or use a proxy",
			"检查本机能否解析{host}，或改用代理",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("the certificate is not trusted", "证书不受信任"),
		holds: isUntrusted,
		remedy: both(
			"check this machine's clock and root certificates; if a proxy inspects TLS, trust the proxy's certificate",
			"检查本机时钟和根证书；如有代理检查 TLS 流量，请信任该代理的证书",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		when:  both("the port refuses the connection", "端口拒绝连接"),
		holds: isRefused,
		remedy: both(
			"correct host and port in the base URL or token URL, or start the server: nothing listens there, "+
				"unless a firewall refuses the connection",
			"更正基础 URL 或 token URL 中的地址和端口，或启动该服务器：该端口没有程序在监听，或被防火墙拒绝",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeNetwork}, pause: pauseBriefly,
		remedy: both(
			"if it persists, check that firewalls and proxies let this machine reach the server, "+
				"or use another WeChat host as the base URL",
			"若持续存在，请检查防火墙和代理是否允许本机访问该服务器，或将基础 URL 换成微信的其他域名",
		),
	},
	{
		reason: ReasonBusy, codes: []string{codeUnknown}, pause: pauseBriefly,
		remedy: both(
			"{errcode} is not known to the exporter: see WeChat's documentation; the call is retried later",
			"本程序不认识{errcode}，请查阅微信官方文档；稍后会自动重试",
		),
	},
	{
		reason: ReasonBusy, codes: []string{""}, pause: pauseBriefly,
		remedy: both(
			"no action needed: the call is retried later",
			"无需处理：稍后会自动重试",
		),
	},
	{
		reason: ReasonCredentials, codes: []string{"40013", "41002"}, pause: pauseHour,
		remedy: both("correct the AppID: "+settingsPage, "更正 AppID："+settingsPage),
	},
	{
		reason: ReasonCredentials, codes: []string{"40125", "41004"}, pause: pauseHour,
		remedy: both(
			"correct the AppSecret, which is wrong or was reset: "+settingsPage,
			"更正 AppSecret，它有误或已被重置："+settingsPage,
		),
	},
	{
		reason: ReasonCredentials, codes: []string{"40243"}, pause: pauseHour,
		remedy: both("unfreeze the AppSecret: "+settingsPage, "解冻 AppSecret："+settingsPage),
	},
	{
		reason: ReasonCredentials, codes: []string{"40234", "40235"}, pause: pauseHour,
		remedy: both(
			"disable API signing (API安全) for this API, because the exporter does not sign requests: "+settingsPage,
			"为该接口关闭 API 安全（请求签名），本程序发送的请求不带签名："+settingsPage,
		),
	},
	{
		reason: ReasonCredentials, codes: []string{"41001"}, pause: pauseHour,
		remedy: both(
			"set an AppSecret, a token file or a token URL: calls without a token work only in WeChat cloud hosting (微信云托管)",
			"设置 AppSecret、token 文件或 token URL：只有在微信云托管中才可以不带 token 调用",
		),
	},
	{
		reason: ReasonCredentials, codes: []string{""}, pause: pauseHour,
		when: both("no AppSecret can be read", "读取不到 AppSecret"),
		remedy: both(
			"set the AppSecret, or correct the file that contains it",
			"设置 AppSecret，或修正存放它的文件",
		),
	},
	{
		reason: ReasonDecode, codes: []string{codeDecode, ""}, pause: pauseBriefly,
		remedy: both(
			"check that the base URL or token URL points to WeChat and that no proxy or login page answers instead; "+
				"if WeChat itself answered, report the message as a bug",
			"检查基础 URL 或 token URL 是否指向微信，以及是否有代理或登录页面代为应答；若确为微信的返回，请将该信息作为缺陷反馈",
		),
	},
	{
		reason: ReasonNotReady, codes: []string{"61503", ""}, pause: pausePublished,
		remedy: both(
			"no action needed: WeChat publishes yesterday's numbers during the day, normally after 10:00 in China",
			"无需处理：微信在白天发布昨日数据，通常在北京时间 10:00 之后",
		),
	},
	{
		reason: ReasonUnavailable, codes: []string{"2009"}, pause: pauseDay,
		remedy: both(
			"no action needed: the app shows no ads, so there is no income",
			"无需处理：该小程序未开通流量主，没有广告收入",
		),
	},
	{
		reason: ReasonUnavailable, codes: []string{""}, pause: pauseDay,
		remedy: text.Both{
			English: "no action needed: WeChat has no such numbers for this app or this period",
			Chinese: "无需处理：微信没有该小程序或该时段的此项数据",
		},
	},
	{
		reason: ReasonPending, codes: []string{"89501", "89503", ""}, pause: pauseHour,
		remedy: both(
			"ask an administrator of the app to approve this IP address in the message that WeChat sent them",
			"请小程序管理员在微信发来的消息中同意该 IP 调用",
		),
	},
	{
		reason: ReasonPending, codes: []string{"89506"}, pause: pauseDay,
		remedy: both(
			"ask an administrator of the app to approve this IP address: it was rejected twice, so WeChat asks them again only after 24 hours",
			"请小程序管理员同意该 IP 调用：此前已被拒绝两次，微信在 24 小时后才会再次询问",
		),
	},
	{
		reason: ReasonPending, codes: []string{"89507"}, pause: pauseHour,
		remedy: both(
			"ask an administrator of the app to approve this IP address: it was rejected, so WeChat asks them again only after an hour",
			"请小程序管理员同意该 IP 调用：此前已被拒绝一次，微信在 1 小时后才会再次询问",
		),
	},
	{
		reason: ReasonPermission, codes: []string{"48001", "48004", ""}, pause: pauseHour,
		remedy: both(
			"check in mp.weixin.qq.com that the account is certified and that WeChat has not withdrawn its access to this API",
			"在 mp.weixin.qq.com 确认账号已认证，且该接口的权限没有被收回",
		),
	},
	{
		reason: ReasonPermission, codes: []string{"61003", "61007", "61023"}, pause: pauseHour,
		remedy: both(
			"ask the app's owner to authorize the third-party platform again, with permission set 18 (data statistics)",
			"请小程序所有者重新授权第三方平台，并包含权限集 18（数据统计）",
		),
	},
	{
		reason: ReasonPermission, codes: []string{"61502"}, pause: pauseHour,
		remedy: both(
			"remove this app from the settings: it is a mini game, which this API does not support",
			"从设置中删除该小程序：它是小游戏，此接口不支持",
		),
	},
	{
		reason: ReasonQuota, codes: []string{"45009"}, pause: pauseNextDay,
		remedy: both(
			"wait until the next day in China, and find out what else uses up the app's daily quota",
			"等到次日（北京时间），并查明还有什么程序在消耗该小程序的每日配额",
		),
	},
	{
		reason: ReasonQuota, codes: []string{"45011"}, pause: pauseMinutes,
		remedy: both(
			"if it persists, find out what else calls the API for this app",
			"若持续存在，请查明还有什么程序在调用该小程序的接口",
		),
	},
	{
		reason: ReasonQuota, codes: []string{"http_429", ""}, pause: pauseMinutes,
		remedy: both(
			"if it persists, find out what else sends requests to this server",
			"若持续存在，请查明还有什么程序在向该服务器发送请求",
		),
	},
	{
		reason: ReasonRequest, codes: []string{"61500", "61501"}, pause: pauseHour,
		when:  both("this machine's clock differs from WeChat's", "本机时钟与微信不一致"),
		holds: clocksDiffer,
		remedy: both(
			"set this machine's clock{clocks}",
			"校准本机时钟{clocks}",
		),
	},
	{
		reason: ReasonRequest, codes: []string{"61500", "61501"}, pause: pauseHour,
		remedy: both(
			"report the message as a bug: WeChat accepts only windows of 1, 7 or 30 days that end yesterday or the day before in China",
			"请将该信息作为缺陷反馈：微信只接受 1、7、30 天且截止到昨天或前天（北京时间）的时间窗口",
		),
	},
	{
		reason: ReasonRequest, codes: []string{"1701", "43002", "45010", "47001", "47003"}, pause: pauseHour,
		remedy: both(
			"check that no proxy alters the requests; if none does, report the message as a bug",
			"检查是否有代理改动了请求；若没有，请将该信息作为缺陷反馈",
		),
	},
	{
		reason: ReasonRequest, codes: []string{"http_411"}, pause: pauseHour,
		remedy: both(
			"check the proxies between this machine and the server: one of them demands or removes Content-Length, "+
				"which the exporter sends with every body",
			"检查本机与服务器之间的代理：本程序发送的请求体都带有 Content-Length，应是某个代理将其去掉或对无请求体的请求也要求它",
		),
	},
	{
		reason: ReasonRequest, codes: []string{"http_412"}, pause: pauseHour,
		remedy: both(
			"check the proxies between this machine and WeChat: WeChat returns 412 for requests without Content-Length",
			"检查本机与微信之间的代理：请求缺少 Content-Length 时微信返回 412",
		),
	},
	{
		reason: ReasonRequest, codes: []string{"http_3xx", "http_4xx", ""}, pause: pauseHour,
		remedy: both(
			"correct the base URL or the token URL, or fix the proxy that answers instead",
			"更正基础 URL 或 token URL，或检查代为应答的代理",
		),
	},
	{
		reason: ReasonToken, codes: []string{"40001", "40014", "42001"}, pause: pauseToken,
		when:   both("in answer to a request for a token", "获取 token 时返回"),
		holds:  isAboutToken,
		remedy: both("check that the AppSecret belongs to this AppID", "检查 AppSecret 是否属于该 AppID"),
	},
	{
		reason: ReasonToken, codes: []string{"40001", "40014", "42001"}, pause: pauseToken,
		remedy: both(
			"make sure that no other program requests tokens for this app through /cgi-bin/token, or let all programs share one token server; "+
				"WeChat sometimes refuses valid tokens between 02:00 and 07:00 in China",
			"检查是否有其他程序通过 /cgi-bin/token 获取该小程序的 token，或让所有程序共用一个中控 token 服务；"+
				"北京时间 02:00 至 07:00 之间微信偶尔会拒绝有效的 token",
		),
	},
	{
		reason: ReasonToken, codes: []string{""}, pause: pauseToken,
		when: both("the token file cannot be used", "token 文件不可用"),
		remedy: both(
			"check that the token file is readable and contains a complete token",
			"检查 token 文件是否可读、是否包含完整的 token",
		),
	},
}

// Errcodes returns the whole table, one row per code and condition. Of the rows of one
// code, the first whose condition holds applies.
func Errcodes() []Errcode {
	var all []Errcode
	for _, row := range errcodes {
		for _, code := range row.codes {
			none := new(Error)
			all = append(all, Errcode{
				Code: code, When: row.when, Reason: row.reason, Pause: row.pause,
				Remedy: both(none.fill(row.remedy, text.English), none.fill(row.remedy, text.Chinese)),
			})
		}
	}
	return all
}
