package wechat

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/wxapp-exporter/wxapp_exporter/text"
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
	request      61500 61501 47001 47003 43002 1701 45010
	unavailable  2009
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
		complete[key] = row.When == text.Both{} || row.Code == ""
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
		if row.holds != nil && row.when == (text.Both{}) || row.holds == nil && row.when != (text.Both{}) && !slices.Equal(row.codes, []string{""}) {
			t.Errorf("the words %q do not fit the condition of %v", row.when, row.codes)
		}
	}
}

func TestEveryErrcodeHasRemedies(t *testing.T) {
	for _, row := range Errcodes() {
		for _, both := range []text.Both{row.Remedy, row.When} {
			if (both.English == "") != (both.Chinese == "") || strings.ContainsAny(both.English+both.Chinese, "{}|\n") {
				t.Errorf("%s: %q", row.Code, both)
			}
			if both.English != "" && !strings.ContainsFunc(both.Chinese, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: %q is not Chinese", row.Code, both.Chinese)
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
