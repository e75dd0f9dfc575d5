package wechat

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

func TestFailureReasons(t *testing.T) {
	reasons := FailureReasons()
	if len(reasons) != 10 || !slices.IsSorted(reasons) || slices.Contains(reasons, ReasonNotReady) {
		t.Errorf("got %v", reasons)
	}
}

func TestReasonOf(t *testing.T) {
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

func TestKindsOfReasons(t *testing.T) {
	var window, person []Reason
	for _, reason := range append(FailureReasons(), ReasonNotReady) {
		if reason.ConcernsWindow() {
			window = append(window, reason)
		}
		if reason.NeedsPerson() {
			person = append(person, reason)
		}
	}
	if got := fmt.Sprint(window); got != "[busy decode]" {
		t.Errorf("%s concern one window", got)
	}
	if got := fmt.Sprint(person); got != "[account allowlist credentials pending permission request]" {
		t.Errorf("%s need a person", got)
	}
}
