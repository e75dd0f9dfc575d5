package exposition

import (
	"bytes"
	"compress/flate"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// The compressed text of an app is as small as the standard library makes it, or two hundredths larger.
func TestAsSmallAsByTheStandardLibrary(t *testing.T) {
	var text []byte
	snapshots := snapshotsOf(t, &wechattest.Server{}, 1, collector.App{ID: "wxa", Name: "A"})
	snapshots[1].Each(func(s collector.Sample) { text = appendSample(text, s) })
	var standard bytes.Buffer
	writer, err := flate.NewWriter(&standard, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Flush(); err != nil {
		t.Fatal(err)
	}
	ours := len(newRenderer(gzipLevel).fragment(text).blocks)
	if most := standard.Len() + standard.Len()/50; len(text) < 100_000 || ours > most {
		t.Errorf("%d bytes become %d, not %d at most", len(text), ours, most)
	}
}
