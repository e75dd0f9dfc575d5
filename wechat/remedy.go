package wechat

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// clockTolerance is how far our clock may be from WeChat's before it is named as a
// possible cause.
const clockTolerance = 3 * time.Minute

// Remedy says in words what the owner of the app should do.
func (e *Error) Remedy() string {
	switch e.Reason {
	case ReasonAccount:
		return "log in to mp.weixin.qq.com and settle what WeChat holds against the account"
	case ReasonAllowlist:
		return e.allowlistRemedy()
	case ReasonBusy:
		return e.busyRemedy()
	case ReasonCredentials:
		return e.credentialsRemedy()
	case ReasonDecode:
		return "check that the base URL or token URL leads to WeChat and that no proxy answers in its place; " +
			"if it does, report the message"
	case ReasonNotReady:
		return "nothing: WeChat publishes yesterday's numbers in the course of the day, normally after 10:00 in China"
	case ReasonPending:
		return e.pendingRemedy()
	case ReasonPermission:
		return e.permissionRemedy()
	case ReasonQuota:
		return e.quotaRemedy()
	case ReasonRequest:
		return e.requestRemedy()
	case ReasonToken:
		return e.tokenRemedy()
	}
	return "look the message up in WeChat's documentation"
}

func (e *Error) allowlistRemedy() string {
	address := "the IP address under which this machine calls WeChat"
	if addr, ok := addressIn(e.Message); ok {
		address = addr.String()
	}
	return "add " + address + " to the IP allow-list of the app: mp.weixin.qq.com, 开发管理, 开发设置, IP白名单"
}

func (e *Error) busyRemedy() string {
	switch {
	case e.Code == "-1" || e.Code == "61504":
		return "nothing: WeChat is busy and is asked again later"
	case strings.HasPrefix(e.Code, httpCode):
		return "nothing, if it passes: the server, or a proxy before it, is out of order; " +
			"otherwise try another host of WeChat as the base URL"
	case e.Code == codeNetwork:
		return e.networkRemedy()
	case e.Code != "":
		return "look errcode " + e.Code + " up in WeChat's documentation, since it is unknown here; the call is tried again later"
	}
	return "nothing, if it passes: the call is tried again later"
}

func (e *Error) networkRemedy() string {
	if name, ok := errors.AsType[proxyError](e.Err); ok {
		return "correct the environment variable " + string(name) + ": it has to be of the form http://host:port " +
			"or http://user:password@host:port, with special characters percent-encoded"
	}
	if errors.Is(e.Err, context.Canceled) {
		return "nothing: the call was stopped from this side"
	}
	if name, ok := errors.AsType[*net.DNSError](e.Err); ok {
		return fmt.Sprintf("check that this machine can look up the name %s, or set a proxy", tidy(name.Name))
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](e.Err); ok {
		return "check this machine's clock and its root certificates; " +
			"where a proxy inspects TLS, its certificate has to be among them"
	}
	return "nothing, if it passes; otherwise check that a firewall or proxy lets this machine reach the server, " +
		"or try another host of WeChat as the base URL"
}

func (e *Error) credentialsRemedy() string {
	const console = ": mp.weixin.qq.com, 开发管理, 开发设置"
	switch e.Code {
	case "40013", "41002":
		return "correct the appid" + console
	case "40125", "41004":
		return "correct the app secret, which is wrong or was reset" + console
	case "40243":
		return "unfreeze the app secret" + console
	case "40234", "40235":
		return "switch off the demand for signed calls (API安全) for this API, since calls are sent unsigned" + console
	case "41001":
		return "set an app secret, a token file or a token URL: only within WeChat's cloud hosting do calls work without a token"
	}
	return "correct the app secret or the file it is read from"
}

func (e *Error) pendingRemedy() string {
	switch e.Code {
	case "89506":
		return "have an administrator of the app agree to this IP address; they refused it twice, so WeChat asks them again after 24 hours"
	case "89507":
		return "have an administrator of the app agree to this IP address; they refused it, so WeChat asks them again after an hour"
	}
	return "have an administrator of the app agree to this IP address in the message that WeChat sent them"
}

func (e *Error) permissionRemedy() string {
	switch e.Code {
	case "61502":
		return "leave this app out: it is a mini game, for which this API does not answer"
	case "61003", "61007", "61023":
		return "have the app's owner authorize the third-party platform anew, with permission set 18 (data statistics)"
	}
	return "check in mp.weixin.qq.com that the account is certified and that WeChat did not withdraw this API from it"
}

func (e *Error) quotaRemedy() string {
	switch e.Code {
	case "45009":
		return "wait until the next day in China, and find out who else uses up the app's daily quota"
	case "45011":
		return "wait a minute, and find out who else calls WeChat for this app that often"
	}
	return "wait, and find out who else sends this server that many calls"
}

func (e *Error) requestRemedy() string {
	switch e.Code {
	case "61500", "61501":
		return e.datesRemedy()
	case httpCode + "412":
		return "check the proxies between this machine and WeChat: WeChat answers so when the length of a request gets lost"
	case "43002", "47001", "47003":
		return "check that no proxy changes the requests; if none does, report the message as a bug"
	}
	return "correct the base URL or the token URL, or the proxy that answers in its place"
}

func (e *Error) datesRemedy() string {
	difference := e.ourClock.Sub(e.theirClock).Abs()
	if e.theirClock.IsZero() || difference < clockTolerance {
		return "report the message as a bug: only windows of 1, 7 or 30 days that end yesterday or the day before in China can be asked for"
	}
	return fmt.Sprintf("set the clock: this machine's clock says %s, WeChat's says %s",
		InShanghai(e.ourClock).Format(time.RFC3339), InShanghai(e.theirClock).Format(time.RFC3339))
}

func (e *Error) tokenRemedy() string {
	switch {
	case e.Code == "":
		return "check that whoever writes the token file writes a whole token, and that it can be read"
	case e.Endpoint == EndpointToken:
		return "check that the app secret belongs to this appid"
	}
	return "check that nobody else asks for tokens of this app by /cgi-bin/token or that all share one token server; " +
		"WeChat sometimes refuses living tokens between 02:00 and 07:00 in China"
}
