package wechat

import (
	"encoding/json"
	"errors"
	"net"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

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

// TestErrorSurvivesJSON stores errors as a state file does.
func TestErrorSurvivesJSON(t *testing.T) {
	for _, stored := range []Error{
		{Reason: ReasonAllowlist, Endpoint: "token", Code: "40164", Message: "invalid ip 203.0.113.30", RequestID: "611740a4-27f9a8ba-065da01b"},
		{Reason: ReasonToken, Endpoint: "token", Code: "40001", Message: "invalid credential"},
		{Reason: ReasonToken, Endpoint: "user_portrait", Code: "40001", Message: "invalid credential"},
		{Reason: ReasonToken, Endpoint: "token", Message: "the token file /run/token: it is empty"},
		{Reason: ReasonQuota, Endpoint: "user_portrait", Code: "45009", Message: "reach max api daily quota limit"},
		{Reason: ReasonPending, Endpoint: "token", Code: "89506"},
		{Reason: ReasonBusy, Endpoint: "user_portrait", Code: "12345", Message: "what"},
		{Reason: ReasonBusy, Endpoint: "user_portrait", Code: "network", Message: "connection refused"},
		{Reason: ReasonRequest, Endpoint: "user_portrait", Code: "http_412", Message: "unexpected HTTP status"},
		{Reason: "a reason of a later version", Endpoint: "quota", Code: "1"},
	} {
		encoded, err := json.Marshal(&stored)
		if err != nil {
			t.Fatal(err)
		}
		restored := new(Error)
		if err := json.Unmarshal(encoded, restored); err != nil || *restored != stored {
			t.Errorf("%s became %#v, %v", encoded, restored, err)
		}
		if restored.Pause() != stored.Pause() || restored.Remedy() != stored.Remedy() || restored.RemedyIn(text.Chinese) != stored.RemedyIn(text.Chinese) {
			t.Errorf("%s: got the pause %v and the remedy %q, want %v and %q", encoded, restored.Pause(), restored.Remedy(), stored.Pause(), stored.Remedy())
		}
	}
}

// TestStoredNetworkErrorHasARemedy holds what becomes of an error whose cause is not
// stored.
func TestStoredNetworkErrorHasARemedy(t *testing.T) {
	e := &Error{Reason: ReasonBusy, Code: codeNetwork, Err: &net.DNSError{Name: "wechat.invalid"}}
	pause := e.Pause()
	e.Err = nil
	if !strings.Contains(e.Remedy(), "firewalls") || e.Pause() != pause {
		t.Errorf("got %q, %v", e.Remedy(), e.Pause())
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

func FuzzErrorMessage(f *testing.F) {
	for _, seed := range []string{
		"", "system error", "date range error rid: 61b7f9e0-66c14e21-3f647b7e", "a hint: [b]", "a hints: [ req_id: b ]",
		"invalid ip 203.0.113.30 ipv6 ::ffff:203.0.113.30, not in whitelist rid: 611740a4-27f9a8ba-065da01b",
		"requestIP:203.0.113.30", "fe80::1%eth0", ":::", "hint: [", "rid:", "\xff\x00\n", `access_token=84_abc%2Fdef \u0038\u0034_abc\/def`,
	} {
		f.Add(seed)
	}
	const secret = "84_abc/def"
	f.Fuzz(func(t *testing.T, errmsg string) {
		e := answeredError(40164, errmsg, redactor{secrets: []string{secret}})
		for _, text := range []string{e.Message, e.RequestID, e.Error(), e.Remedy()} {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n\x00\x1b") || len(text) > 2*maxMessage+100 {
				t.Fatalf("%q gives %q", errmsg, text)
			}
			if strings.Contains(text, secret) {
				t.Fatalf("%q shows the secret: %q", errmsg, text)
			}
		}
	})
}
