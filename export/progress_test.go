package export

import (
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	if got, want := (Progress{Done: 1, Total: 2, Samples: 5}).String(), "1 of 2 slices, 5 samples"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for want, p := range map[string]Progress{
		"":            {Done: 3, Total: 3, Written: 3},
		", 4s left":   {Done: 3, Total: 5, Written: 1},
		", 1m0s left": {Done: 10, Total: 70, Written: 2},
	} {
		passed := 2 * time.Second
		if got := left(p, passed); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}
