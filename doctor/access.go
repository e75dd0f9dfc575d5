package doctor

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// access is what is known of whether WeChat lets this machine ask about an app.
type access struct {
	needsToken bool
	lasted     time.Duration // the call for the token
	expiry     time.Time
	tokenErr   error // of the call for a token

	granted string // the dataset about which a call was answered; empty: none was
	refusal error  // why calls are not answered
}

// settled reports whether it is known if WeChat answers.
func (a *access) settled() bool { return a.granted != "" || a.refusal != nil }

// judge learns from the outcome of a call about a dataset.
func (a *access) judge(dataset string, err error) {
	switch class := classOf(err); {
	case class == "":
		a.granted = dataset
	case class != window && class != quota:
		a.refusal = err
	}
}

// classOf returns the step that an error of a call about a window belongs to, or an empty
// string if WeChat has answered.
func classOf(err error) string {
	switch wechat.ReasonOf(err) {
	case "", wechat.ReasonNotReady, wechat.ReasonUnavailable:
		return ""
	case wechat.ReasonAllowlist, wechat.ReasonPending:
		return allowList
	case wechat.ReasonPermission, wechat.ReasonAccount:
		return permission
	case wechat.ReasonCredentials, wechat.ReasonToken:
		return token
	case wechat.ReasonQuota:
		return quota
	case wechat.ReasonBusy, wechat.ReasonDecode, wechat.ReasonRequest:
		return window
	}
	return window
}

// refused returns the step in which calls are refused, or an empty string.
func (a *access) refused() string {
	if a.refusal == nil {
		return ""
	}
	class := classOf(a.refusal)
	if class == window || class == quota { // of the call for the token
		return token
	}
	return class
}

// steps returns the steps token, allow_list and permission.
func (a *access) steps() []Step {
	return []Step{a.token(), a.allowList(), a.permission()}
}

func (a *access) token() Step {
	switch {
	case a.refused() == token:
		return failure(token, message(a.refusal), remedy(a.refusal)).lasting(a.lasted)
	case !a.needsToken:
		return skipped(token, text.Both{
			English: "calls carry no token, as in WeChat's cloud hosting",
			Chinese: "调用不带 token（微信云托管）",
		})
	case a.tokenErr != nil:
		return skipped(token, a.because()).lasting(a.lasted)
	}
	return ok(token, tokenLife(a.expiry)).lasting(a.lasted)
}

func (a *access) allowList() Step {
	switch refused := a.refused(); {
	case refused == allowList:
		return failure(allowList, message(a.refusal), remedy(a.refusal))
	case a.granted != "" || refused == permission && a.tokenErr == nil:
		return ok(allowList, text.Both{
			English: "WeChat accepts calls from this machine's IP address",
			Chinese: "微信接受本机 IP 的调用",
		})
	}
	return skipped(allowList, a.because())
}

func (a *access) permission() Step {
	switch {
	case a.refused() == permission:
		return failure(permission, message(a.refusal), remedy(a.refusal))
	case a.granted == wechat.UserPortrait:
		return ok(permission, text.Both{
			English: "the app may use the user portrait",
			Chinese: "该小程序有权使用用户画像接口",
		})
	case a.granted != "":
		return ok(permission, text.Both{
			English: "the app may use the dataset " + a.granted,
			Chinese: "该小程序有权使用数据集 " + a.granted,
		})
	}
	return skipped(permission, a.because())
}

// because says why a step cannot be taken.
func (a *access) because() text.Both {
	switch a.refused() {
	case token:
		return text.Both{English: "no usable token", Chinese: "没有可用的 token"}
	case allowList:
		return text.Both{
			English: "WeChat refuses calls from this machine's IP address",
			Chinese: "微信拒绝本机 IP 的调用",
		}
	case permission:
		return text.Both{
			English: "the app may not use this API",
			Chinese: "该小程序无权使用此接口",
		}
	}
	return text.Both{English: "cannot be determined from WeChat's answers", Chinese: "无法从微信的返回中判断"}
}
