package export_test

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// BenchmarkExport exports a day of an app from a folder, and unpacks the same text by
// gzip -d.
func BenchmarkExport(b *testing.B) {
	folder := archive.Folder{Path: b.TempDir()}
	stored := archive.Archive{Bucket: folder}
	simulated := &wechattest.Server{}
	for end := 19; end <= 21; end++ {
		for _, length := range wechat.PortraitRanges() {
			named := key(b, end, length, fmt.Sprintf("%d 10:00:00", end+1))
			answer := simulated.PortraitAt(appid, named.Window.End.Begin(), int(length), named.Answered)
			packed, err := stored.Pack(named.Answered, answer)
			if err != nil {
				b.Fatal(err)
			}
			if err := stored.SaveAnswer(b.Context(), appid, named, packed); err != nil {
				b.Fatal(err)
			}
		}
	}
	o := options(b, nil)
	o.Archive, o.Apps, o.Every = stored, []collector.App{{ID: appid, Name: appid}}, time.Hour
	e := newExport(b, o)
	var text bytes.Buffer
	if _, err := e.Write(b.Context(), &text, day(b, "21")); err != nil {
		b.Fatal(err)
	}

	b.Run("export", func(b *testing.B) {
		b.SetBytes(int64(text.Len()))
		var samples int64
		for b.Loop() {
			n, err := e.Write(b.Context(), io.Discard, day(b, "21"))
			if err != nil {
				b.Fatal(err)
			}
			samples += n
		}
		b.ReportMetric(float64(samples)/b.Elapsed().Seconds(), "samples/s")
	})
	b.Run("gzip", func(b *testing.B) {
		if _, err := exec.LookPath("gzip"); err != nil {
			b.Skip(err)
		}
		const days = 20 // so that the start of the program does not count
		pack := exec.CommandContext(b.Context(), "gzip", "-c")
		pack.Stdin = bytes.NewReader(bytes.Repeat(text.Bytes(), days))
		packed, err := pack.Output()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(text.Len()) * days)
		for b.Loop() {
			unpack := exec.CommandContext(b.Context(), "gzip", "-d", "-c")
			unpack.Stdin = bytes.NewReader(packed)
			if err := unpack.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
