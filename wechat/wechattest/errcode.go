package wechattest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// errmsgs are the messages that WeChat sends with its errcodes. Those that nobody has
// recorded are made up in the same style.
var errmsgs = map[int]string{
	-1:    "system error",
	40001: "invalid credential, access_token is invalid or not latest",
	40002: "invalid grant_type",
	40013: "invalid appid",
	40014: "invalid access_token",
	40066: "invalid url",
	40125: "invalid appsecret",
	40234: "invalid signature",
	40235: "signature is required",
	40243: "AppSecret已被冻结，请登录小程序平台解冻后再次调用。",
	41001: "access_token missing",
	41002: "appid missing",
	41004: "appsecret missing",
	42001: "access_token expired",
	43001: "require GET method",
	43002: "require POST method",
	45009: "reach max api daily quota limit",
	45011: "api minute-quota reach limit, must slower, retry next minute",
	47001: "data format error",
	47003: "argument invalid!",
	48001: "api unauthorized",
	48004: "api forbidden for irregularities, view detail on mp.weixin.qq.com",
	50002: "user limited",
	50004: "function is disabled",
	50007: "account is frozen",
	61003: "component is not authorized by this account",
	61007: "api is unauthorized to component",
	61023: "refresh_token is invalid",
	61500: "date format error",
	61501: "date range error",
	61502: "game mini program is not supported",
	61503: "data not ready, please try later",
	61504: "system is busy, please try later",
	76021: "cgi_path not found, please check",
	89501: "此IP正在等待管理员确认,请联系管理员",
	89503: "此IP调用需要管理员确认,请联系管理员",
	89506: "24小时内该IP被管理员拒绝调用两次，24小时内不可再使用该IP调用",
	89507: "1小时内该IP被管理员拒绝调用一次，1小时内不可再使用该IP调用",
}

// failure answers with an errcode: HTTP 200, and an errmsg that ends with the id
// of the request.
func (r *request) failure(errcode int) answer {
	errmsg, ok := errmsgs[errcode]
	switch {
	case errcode == 40164:
		ip := r.ip()
		mapped := ip.String()
		if ip.Is4() {
			mapped = "::ffff:" + mapped
		}
		errmsg = fmt.Sprintf("invalid ip %s ipv6 %s, not in whitelist", ip, mapped)
	case errcode == 61004:
		errmsg = fmt.Sprintf("access clientip is not registered requestIP: %s", r.ip())
	case !ok:
		errmsg = "unknown error"
	}
	id := seedOf(r.call.AppID).at(r.serial)
	text, _ := json.Marshal(fmt.Sprintf("%s rid: %08x-%08x-%08x",
		errmsg, r.call.Time.Unix(), id>>32, id&0xffffffff)) // a string always encodes
	layout := `{"errcode":%d,"errmsg":%s}`
	if id%2 == 0 {
		layout = `{"errmsg":%[2]s,"errcode":%[1]d}`
	}
	return answer{
		contentType: jsonType,
		body:        fmt.Appendf(nil, layout, errcode, text),
		code:        strconv.Itoa(errcode),
	}
}

// page answers with an HTTP status and the page of a web server.
func page(status int) answer {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return answer{
		status:      status,
		contentType: "text/html",
		body: fmt.Appendf(nil, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n"+
			"<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", title, title),
		code: fmt.Sprintf("http_%d", status),
	}
}
