package wechat

import "errors"

// Reason says what kind of failure an error is, and so how to react to it.
type Reason string

// The reasons of errors.
const (
	ReasonAccount     Reason = "account"     // WeChat has restricted the account
	ReasonAllowlist   Reason = "allowlist"   // this machine's IP address is not allowed
	ReasonBusy        Reason = "busy"        // WeChat or the network fails for a while
	ReasonCredentials Reason = "credentials" // the AppID or the AppSecret is refused
	ReasonDecode      Reason = "decode"      // the answer is not what was asked for
	ReasonPending     Reason = "pending"     // an administrator of the app has to approve
	ReasonPermission  Reason = "permission"  // the app may not use this API
	ReasonQuota       Reason = "quota"       // too many calls
	ReasonRequest     Reason = "request"     // the call itself is wrong
	ReasonToken       Reason = "token"       // the token is refused, or none can be read

	// ReasonNotReady is not a failure: the window is not published yet. Neither is
	// ReasonUnavailable: WeChat has no such numbers.
	ReasonNotReady    Reason = "not_ready"
	ReasonUnavailable Reason = "unavailable"
)

// FailureReasons returns all reasons that are failures, in alphabetical order.
func FailureReasons() []Reason {
	return []Reason{
		ReasonAccount, ReasonAllowlist, ReasonBusy, ReasonCredentials, ReasonDecode,
		ReasonPending, ReasonPermission, ReasonQuota, ReasonRequest, ReasonToken,
	}
}

// ReasonOf returns the reason of the *Error in the chain of err. It is ReasonBusy for
// other errors and empty for nil.
func ReasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ReasonBusy
}

// ConcernsWindow reports whether a failure may come from the one window that was asked
// for, so that the other windows are still worth a call.
func (r Reason) ConcernsWindow() bool {
	return r == ReasonBusy || r == ReasonDecode
}

// ConcernsApp reports whether a failure does not come from what was asked for, so that all
// other calls for the app fail as well.
func (r Reason) ConcernsApp() bool {
	switch r {
	case ReasonAccount, ReasonAllowlist, ReasonCredentials, ReasonPending, ReasonToken:
		return true
	default:
		return false
	}
}

// NeedsPerson reports whether a failure lasts until a person does something about it.
func (r Reason) NeedsPerson() bool {
	switch r {
	case ReasonAccount, ReasonAllowlist, ReasonCredentials, ReasonPending, ReasonPermission, ReasonRequest:
		return true
	default:
		return false
	}
}
