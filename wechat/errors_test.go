package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestEveryErrcodeHasItsClass(t *testing.T) {
	for reason, codes := range map[Reason][]int64{
		ReasonAccount:     {50002, 50004, 50007},
		ReasonAllowlist:   {40164, 61004},
		ReasonBusy:        {-1, 61504, 12345, 1},
		ReasonCredentials: {40013, 41002, 40125, 41004, 40243, 40234, 40235, 41001},
		ReasonNotReady:    {61503},
		ReasonPending:     {89501, 89503, 89506, 89507},
		ReasonPermission:  {48001, 48004, 61007, 61003, 61023, 61502},
		ReasonQuota:       {45009, 45011},
		ReasonRequest:     {61500, 61501, 47001, 47003, 43002},
		ReasonToken:       {40001, 40014, 42001},
	} {
		for _, code := range codes {
			e := answeredError(code, "text", redactor{})
			if e.Reason != reason || e.Code != fmt.Sprint(code) {
				t.Errorf("%d: got reason %s, code %s, want %s", code, e.Reason, e.Code, reason)
			}
			if e.Remedy() == "" {
				t.Errorf("%d has no remedy", code)
			}
		}
	}
}

func TestFailureClasses(t *testing.T) {
	reasons := FailureReasons()
	if len(reasons) != 10 || !slices.IsSorted(reasons) || slices.Contains(reasons, ReasonNotReady) {
		t.Errorf("got %v", reasons)
	}
	for _, reason := range append(reasons, ReasonNotReady) {
		if (&Error{Reason: reason}).Remedy() == "" {
			t.Errorf("%s has no remedy", reason)
		}
	}
}

func TestClassOf(t *testing.T) {
	for _, test := range []struct {
		err  error
		want Reason
	}{
		{nil, ""},
		{context.Canceled, ReasonBusy},
		{fmt.Errorf("app: %w", &Error{Reason: ReasonQuota}), ReasonQuota},
	} {
		if got := ReasonOf(test.err); got != test.want {
			t.Errorf("%v: got %q, want %q", test.err, got, test.want)
		}
	}
}

func TestErrorText(t *testing.T) {
	for _, test := range []struct {
		err  Error
		want string
	}{
		{
			Error{Endpoint: "token", Code: "40164", Message: "invalid ip", RequestID: "611740a4-27f9a8ba-065da01b"},
			"token: errcode 40164: invalid ip (rid 611740a4-27f9a8ba-065da01b)",
		},
		{Error{Endpoint: "quota", Code: "-1"}, "quota: errcode -1"},
		{Error{Endpoint: "user_portrait", Code: "http_412", Message: "no"}, "user_portrait: HTTP 412: no"},
		{Error{Endpoint: "user_portrait", Code: "network", Message: "no"}, "user_portrait: network: no"},
		{Error{Endpoint: "token", Message: "no file"}, "token: no file"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestErrorInJSON(t *testing.T) {
	got, err := json.Marshal(&Error{Reason: ReasonBusy, Endpoint: "token", Code: "-1", Message: "m", RequestID: "r", Err: errors.New("cause")})
	if want := `{"reason":"busy","endpoint":"token","code":"-1","message":"m","request_id":"r"}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestParseErrMsg(t *testing.T) {
	for _, test := range []struct{ errmsg, message, requestID string }{
		{"date range error rid: 61b7f9e0-66c14e21-3f647b7e", "date range error", "61b7f9e0-66c14e21-3f647b7e"},
		{"rid: 61b7f9e0-66c14e21-3f647b7e", "", "61b7f9e0-66c14e21-3f647b7e"},
		{"invalid credential hint: [HbDCta0474e541!]", "invalid credential", "HbDCta0474e541!"},
		{"invalid credential, hints: [ req_id: XbDCta04741541 ]", "invalid credential", "XbDCta04741541"},
		{"system error", "system error", ""},
		{"a rid: 61b7f9e0 b", "a rid: 61b7f9e0 b", ""},
		{"madrid: 61b7f9e0-66c14e21-3f647b7e", "madrid: 61b7f9e0-66c14e21-3f647b7e", ""},
		{"two\nlines\x1b[31m", "two lines [31m", ""},
		{"", "", ""},
		{strings.Repeat("长", 1000) + " rid: 61b7f9e0-66c14e21-3f647b7e", strings.Repeat("长", maxMessage/3) + "…", "61b7f9e0-66c14e21-3f647b7e"},
	} {
		message, requestID := parseErrMsg(test.errmsg)
		if message != test.message || requestID != test.requestID {
			t.Errorf("%q: got %q and %q", test.errmsg, message, requestID)
		}
	}
}

func TestAddressIn(t *testing.T) {
	for _, test := range []struct{ message, want string }{
		{"invalid ip 203.0.113.30 ipv6 ::ffff:203.0.113.30, not in whitelist", "203.0.113.30"},
		{"invalid ip 2001:db8::7 ipv6 2001:db8::7, not in whitelist", "2001:db8::7"},
		{"invalid ip ::ffff:203.0.113.30, not in whitelist", "203.0.113.30"},
		{"access clientip is not registered requestIP: 203.0.113.30", "203.0.113.30"},
		{"access clientip is not registered requestIP:203.0.113.30.", "203.0.113.30"},
		{"invalid ip, not in whitelist", ""},
		{"invalid ip :: 1.2.3 999.0.0.1", ""},
	} {
		got := ""
		if addr, ok := addressIn(test.message); ok {
			got = addr.String()
		}
		if got != test.want {
			t.Errorf("%q: got %q, want %q", test.message, got, test.want)
		}
	}
}
