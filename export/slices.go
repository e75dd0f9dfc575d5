package export

import (
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Slices cuts a span at whole multiples of a length in Shanghai, at every midnight for
// 24h. The first and the last slice are whole ones, even where they go beyond the span.
func Slices(span Span, length time.Duration) []Span {
	var slices []Span
	if span.empty() {
		return nil
	}
	for from := floor(length, span.From); from.Before(span.To); from = from.Add(length) {
		slices = append(slices, Span{from, from.Add(length)})
	}
	return slices
}

// fileName returns the name of the file of a slice, which tells its begin and, unless it is
// a day, its length.
func fileName(slice Span) string {
	begin := wechat.InShanghai(slice.From)
	if slice.Duration() == 24*time.Hour {
		return "wxapp-" + begin.Format("20060102") + extension
	}
	return "wxapp-" + begin.Format("20060102T1504") + "-" + arguments.Hours(slice.Duration()) + extension
}

// unfinishedName returns the name of the file of a slice that is not over yet.
func unfinishedName(slice Span) string {
	return strings.TrimSuffix(fileName(slice), extension) + "-unfinished" + extension
}

// extension is that of files in the format OpenMetrics.
const extension = ".om"
