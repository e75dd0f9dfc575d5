package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/version"
)

// The date of the build stands in the version alone: as a label or an attribute, it would make new
// series of the same version.
func TestBuildDate(t *testing.T) {
	const date = "2017-03-13T21:14:15+08:00"
	wasDate, wasVersion := version.BuildDate, version.Version
	t.Cleanup(func() { version.BuildDate, version.Version = wasDate, wasVersion })
	version.BuildDate, version.Version = date, "4.3.21"
	var printed bytes.Buffer
	if err := run(t.Context(), []string{"version"}, &printed, io.Discard); err != nil || !strings.Contains(printed.String(), date) {
		t.Errorf("the version is %q, error %v", &printed, err)
	}

	receiver, endpoint := newOTLPReceiver(t)
	metricsURL, _, stop := demoPushing(t, endpoint, time.Hour)
	_, shown := getPage(t, metricsURL)
	pushed := ""
	for !strings.Contains(pushed, "wxapp_exporter_build_info") {
		pushed = (<-receiver.messages).String()
	}
	// Messages go on to arrive until it stops.
	go func() {
		for {
			select {
			case <-receiver.messages:
			case <-t.Context().Done():
				return
			}
		}
	}()
	for by, text := range map[string]string{"shown": shown, "pushed": pushed} {
		if !strings.Contains(text, "4.3.21") || strings.Contains(text, date) || strings.Contains(text, "2017-03-13") {
			t.Errorf("what is %s has no version, or the date of the build:\n%s", by, text)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}
