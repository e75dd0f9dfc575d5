package wechat

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// documentedReasons are the errcodes of the calls that are made, as WeChat's
// documentation and reports of live use have them.
const documentedReasons = `
	busy         -1 61504
	token        40001 40014 42001
	not_ready    61503
	quota        45009 45011
	credentials  40013 41002 40125 41004 40243 40234 40235 41001
	allowlist    40164 61004
	permission   48001 48004 61007 61003 61023 61502
	account      50002 50004 50007
	pending      89501 89503 89506 89507
	request      61500 61501 47001 47003 43002
`

func TestErrcodesHaveTheDocumentedReasons(t *testing.T) {
	want := make(map[string]Reason)
	for line := range strings.Lines(strings.TrimSpace(documentedReasons)) {
		words := strings.Fields(line)
		for _, code := range words[1:] {
			want[code] = Reason(words[0])
		}
	}
	got := make(map[string]Reason)
	for _, row := range Errcodes() {
		if number.MatchString(row.Code) {
			got[row.Code] = row.Reason
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

var number = regexp.MustCompile(`^-?[0-9]+$`)

func TestEveryCodeStandsOnce(t *testing.T) {
	seen := make(map[string]bool)
	complete := make(map[string]bool) // has a row without a condition
	for _, row := range Errcodes() {
		key := row.Code
		if key == "" {
			key = "default of " + string(row.Reason)
		}
		if complete[key] {
			t.Errorf("%s: a row that never applies: %+v", key, row)
		}
		complete[key] = row.When == Text{} || row.Code == ""
		if condition := key + row.When.English; seen[condition] {
			t.Errorf("%s stands twice", condition)
		} else {
			seen[condition] = true
		}
	}
	for key, complete := range complete {
		if !complete {
			t.Errorf("%s has conditions only", key)
		}
	}
	for _, reason := range append(FailureReasons(), ReasonNotReady) {
		if !complete["default of "+string(reason)] {
			t.Errorf("%s has no row for errors without a code", reason)
		}
	}
}

func TestConditionsHaveWords(t *testing.T) {
	for _, row := range errcodes {
		if row.holds != nil && row.when == (Text{}) || row.holds == nil && row.when != (Text{}) && !slices.Equal(row.codes, []string{""}) {
			t.Errorf("the words %q do not fit the condition of %v", row.when, row.codes)
		}
	}
}

func TestEveryErrcodeHasRemedies(t *testing.T) {
	for _, row := range Errcodes() {
		for _, text := range []Text{row.Remedy, row.When} {
			if (text.English == "") != (text.Chinese == "") || strings.ContainsAny(text.English+text.Chinese, "{}|\n") {
				t.Errorf("%s: %q", row.Code, text)
			}
			if text.English != "" && !strings.ContainsFunc(text.Chinese, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: %q is not Chinese", row.Code, text.Chinese)
			}
		}
		if row.Remedy.English == "" || strings.HasSuffix(row.Remedy.English, ".") || strings.HasSuffix(row.Remedy.Chinese, "。") {
			t.Errorf("%s: remedy %q", row.Code, row.Remedy)
		}
	}
}

func TestPausesFitTheReasons(t *testing.T) {
	for _, row := range Errcodes() {
		pause := row.Pause
		switch {
		case pause.NextDay != (pause.First == 0):
			t.Errorf("%s: pause %+v", row.Code, pause)
		case pause.Most != 0 && pause.Most < pause.First || max(pause.First, pause.Most) > 24*time.Hour:
			t.Errorf("%s: pause %+v", row.Code, pause)
		case row.Reason.NeedsPerson() && pause.First < time.Hour:
			t.Errorf("%s needs a person, but is asked again after %s", row.Code, pause.First)
		case row.Reason.ConcernsWindow() && pause != Pause{First: 10 * time.Second}:
			t.Errorf("%s passes by itself, but its pause is %+v", row.Code, pause)
		}
	}
}

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
		{"0", "0"}, {"network", "network"}, {"decode", "decode"},
		{"-1", "-1"}, {"40164", "40164"}, {"61503", "61503"},
		{"40066", "unknown"}, {"99999", "unknown"}, {"9223372036854775807", "unknown"}, {"-2", "unknown"}, {"040164", "unknown"},
		{"http_412", "http_412"}, {"http_302", "http_302"}, {"http_599", "http_other"}, {"http_999", "http_other"},
		{"http_5xx", "http_other"}, {"http_", "http_other"}, {"", ""},
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
		_, err := client.UserPortrait(t.Context(), week(t))
		if want := fmt.Sprintf("errcode %d", 100_000+n); !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v, want it to say %s", err, want)
		}
		client.HTTP = status(200 + n).client()
		_, _ = client.UserPortrait(t.Context(), week(t))
		codes[<-code], codes[<-code] = true, true
	}
	if len(codes) > 80 || !codes["unknown"] || !codes["http_other"] || !codes["http_503"] {
		t.Errorf("%d codes: %v", len(codes), slices.Sorted(maps.Keys(codes)))
	}
}
