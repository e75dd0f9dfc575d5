package export_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/export"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const appid = "wx0123456789abcdef"

// at returns a time of November 2026 in Shanghai.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse("2006-01-02 15:04:05.999999999 -0700", "2026-11-"+text+" +0800")
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func day(t testing.TB, date string) export.Span {
	t.Helper()
	begin := at(t, date+" 00:00:00")
	return export.Span{From: begin, To: begin.Add(24 * time.Hour)}
}

// key names the user portrait of a window that ends on a day of November 2026.
func key(t testing.TB, end int, length wechat.Range, answered string) poller.AnswerKey {
	t.Helper()
	last, err := wechat.ParseDay(fmt.Sprintf("202611%02d", end))
	if err != nil {
		t.Fatal(err)
	}
	return poller.AnswerKey{Series: length.String(), Window: wechat.Window{End: last, Range: length}, Answered: at(t, answered)}
}

// answers is an archive in memory, by appid.
type answers map[string]map[poller.AnswerKey]string

func (a answers) List(_ context.Context, appid string, s wechat.Statistic, _ wechat.Day) (keys []poller.AnswerKey, err error) {
	for key := range a[appid] {
		if key.Series == s.Series() {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

var errArchive = errors.New("the archive is away")

func (a answers) Answer(_ context.Context, appid string, key poller.AnswerKey) ([]byte, error) {
	switch answer := a[appid][key]; answer {
	case "torn":
		return nil, fmt.Errorf("%w: torn", poller.ErrDamaged)
	case "away":
		return nil, errArchive
	default:
		return []byte(answer), nil
	}
}

// came is an answer with so many active users of one province.
func came(users int) string {
	return fmt.Sprintf(`{"visit_uv":{"province":[{"id":1,"name":"广东省","value":%d}]}}`, users)
}

// both is an answer with so many active users of two provinces.
func both(one, other int) string {
	return fmt.Sprintf(`{"visit_uv":{"province":[{"id":1,"name":"广东省","value":%d},{"id":2,"name":"湖南省","value":%d}]}}`, one, other)
}

const nobody = `{"ref_date":"20261122","visit_uv":{"province":[]},"visit_uv_new":{}}`

// options are those of an export of the user portraits in an archive.
func options(t testing.TB, archive answers) export.Options {
	t.Helper()
	o := export.Options{
		Archive: archive, Datasets: wechat.Datasets()[:1], Dimensions: wechat.Dimensions(), MaxAge: 168 * time.Hour,
		Every: 6 * time.Hour, Now: at(t, "30 12:00:00"), Traces: map[string]export.Trace{},
		Damaged: func(appid string, key poller.AnswerKey, err error) {
			t.Errorf("%s, %v: %v", appid, key, err)
		},
	}
	for id := range archive {
		o.Apps = append(o.Apps, collector.App{ID: id, Name: id})
		o.Traces[id] = export.Trace{LastPoll: o.Now.AddDate(1, 0, 0)} // it is polled all the time
	}
	return o
}

func newExport(t testing.TB, o export.Options) *export.Export {
	t.Helper()
	e, err := export.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// written returns what is written of a span.
func written(t testing.TB, e *export.Export, span export.Span) string {
	t.Helper()
	var text bytes.Buffer
	samples, err := e.Write(t.Context(), &text, span)
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(text.String()) {
		if !strings.HasPrefix(line, "#") {
			lines++
		}
	}
	if int64(lines) != samples {
		t.Errorf("%d samples are said to be written, but there are %d lines", samples, lines)
	}
	return text.String()
}

// values returns the samples of wxapp_users in a text as "value at time in Shanghai".
func values(t testing.TB, text string) string {
	t.Helper()
	var all []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "wxapp_users{") {
			continue
		}
		_, numbers, _ := strings.Cut(line, "} ")
		var seconds, value float64
		if _, err := fmt.Sscan(numbers, &value, &seconds); err != nil {
			t.Fatal(err)
		}
		when := time.UnixMilli(int64(seconds * 1000))
		all = append(all, fmt.Sprintf("%v at %s", value, wechat.InShanghai(when).Format("02 15:04:05.999")))
	}
	return strings.Join(all, ", ")
}
