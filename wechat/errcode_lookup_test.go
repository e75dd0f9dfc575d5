package wechat

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPause(t *testing.T) {
	for _, test := range []struct {
		reason Reason
		code   string
		want   Pause
	}{
		{ReasonBusy, "-1", Pause{First: 10 * time.Second}},
		{ReasonBusy, "network", Pause{First: 10 * time.Second}},
		{ReasonBusy, "http_503", Pause{First: 10 * time.Second}},
		{ReasonBusy, "99999", Pause{First: 10 * time.Second}},
		{ReasonBusy, "", Pause{First: 10 * time.Second}},
		{ReasonDecode, "decode", Pause{First: 10 * time.Second}},
		{ReasonToken, "42001", Pause{First: 10 * time.Minute, Most: time.Hour}},
		{ReasonToken, "", Pause{First: 10 * time.Minute, Most: time.Hour}},
		{ReasonQuota, "45009", Pause{NextDay: true}},
		{ReasonQuota, "45011", Pause{First: time.Minute, Most: time.Hour}},
		{ReasonQuota, "http_429", Pause{First: time.Minute, Most: time.Hour}},
		{ReasonPending, "89506", Pause{First: 24 * time.Hour, Most: 24 * time.Hour}},
		{ReasonPending, "89507", Pause{First: time.Hour, Most: time.Hour}},
		{ReasonAllowlist, "40164", Pause{First: time.Hour, Most: time.Hour}},
		{ReasonRequest, "http_404", Pause{First: time.Hour, Most: time.Hour}},
		{"a reason of a later version", "12345", Pause{First: 10 * time.Second}},
		{ReasonAccount, "a code of a later version", Pause{First: time.Hour, Most: time.Hour}},
	} {
		if got := (&Error{Reason: test.reason, Code: test.code}).Pause(); got != test.want {
			t.Errorf("%s %s: got %+v, want %+v", test.reason, test.code, got, test.want)
		}
	}
}

func TestExchangeCode(t *testing.T) {
	for _, test := range []struct{ code, want string }{
		{"0", "0"},
		{"network", "network"},
		{"decode", "decode"},
		{"-1", "-1"},
		{"40164", "40164"},
		{"61503", "61503"},
		{"40066", "unknown"},
		{"99999", "unknown"},
		{"9223372036854775807", "unknown"},
		{"-2", "unknown"},
		{"040164", "unknown"},
		{"http_412", "http_412"},
		{"http_302", "http_302"},
		{"http_599", "http_other"},
		{"http_999", "http_other"},
		{"http_5xx", "http_other"},
		{"http_", "http_other"},
		{"", ""},
	} {
		if got := exchangeCode(test.code); got != test.want {
			t.Errorf("%q: got %q, want %q", test.code, got, test.want)
		}
	}
}

// TestCodesOfExchangesAreBounded lets a server send ever new errcodes and statuses: each
// would be a series of a counter.
func TestCodesOfExchangesAreBounded(t *testing.T) {
	codes := make(map[string]bool)
	for n := range 2000 {
		code := make(chan string, 2)
		client := &Client{
			HTTP:    script(fmt.Sprintf(`{"errcode":%d}`, 100_000+n)).client(),
			Observe: func(e Exchange) { code <- e.Code },
		}
		_, err := client.Ask(t.Context(), statistic(t, "7d"), week(t))
		if want := fmt.Sprintf("errcode %d", 100_000+n); !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v, want it to say %s", err, want)
		}
		client.HTTP = status(200 + n).client()
		_, _ = client.Ask(t.Context(), statistic(t, "7d"), week(t))
		codes[<-code], codes[<-code] = true, true
	}
	if len(codes) > 80 || !codes["unknown"] || !codes["http_other"] || !codes["http_503"] {
		t.Errorf("%d codes: %v", len(codes), slices.Sorted(maps.Keys(codes)))
	}
}
