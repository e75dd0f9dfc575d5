package doctor

import (
	"slices"
	"strings"
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

	granted []string // the datasets about which a call was answered
	denied  []denial // those that the app may not use
	refusal error    // why calls are not answered, whatever they are about
}

// denial is a dataset that the app may not use, and WeChat's error.
type denial struct {
	dataset string
	err     error
}

// judge learns from the outcome of a call about a dataset.
func (a *access) judge(dataset string, err error) {
	switch class := classOf(err); {
	case class == "" && !slices.Contains(a.granted, dataset):
		a.granted = append(a.granted, dataset)
	case class == "", class == window, class == quota:
	case wechat.ReasonOf(err) == wechat.ReasonPermission: // which others may have
		a.denied = append(a.denied, denial{dataset, err})
	case a.refusal == nil:
		a.refusal = err
	}
}

// denies reports whether the app may not use a dataset.
func (a *access) denies(dataset string) bool {
	return slices.ContainsFunc(a.denied, func(d denial) bool { return d.dataset == dataset })
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
	case len(a.granted)+len(a.denied) > 0 || refused == permission && a.tokenErr == nil:
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
	case len(a.denied) > 0:
		var causes []string
		for _, d := range a.denied {
			causes = append(causes, d.dataset+": "+message(d.err).English)
		}
		return failure(permission, same(strings.Join(causes, "; ")), remedy(a.denied[0].err))
	case len(a.granted) > 0:
		return ok(permission, text.Both{
			English: "the app may use " + strings.Join(a.granted, ", "),
			Chinese: "该小程序有权使用 " + strings.Join(a.granted, "、"),
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
		return mayNotUse()
	}
	return text.Both{English: "cannot be determined from WeChat's answers", Chinese: "无法从微信的返回中判断"}
}

func mayNotUse() text.Both {
	return text.Both{
		English: "the app may not use this API",
		Chinese: "该小程序无权使用此接口",
	}
}
