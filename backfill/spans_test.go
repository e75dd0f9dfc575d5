package backfill_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// fillAds runs a test on an app with ads in several slots, so that answers about long spans have
// four pages, at noon of 1 August 2016 in Shanghai.
func fillAds(t *testing.T, test func(f *filling)) {
	t.Helper()
	fill(t, func(f *filling) {
		f.server.Apps = map[string]wechattest.App{appid: {Users: 300, AdSlots: []string{
			"SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_BOX", "SLOT_ID_WEAPP_COVER", "SLOT_ID_WEAPP_TEMPLATE",
		}}}
		pollertest.SleepUntil(t, "2016-08-01 12:00")
		test(f)
	})
}

// spansAsked returns the first pages of the spans that were asked for, and forgets all calls.
func (f *filling) spansAsked() string {
	var spans []string
	for _, call := range f.calls {
		if span := call.Begin + " " + call.End; call.Endpoint == wechat.EndpointAdIncome && (len(spans) == 0 || spans[len(spans)-1] != span) {
			spans = append(spans, span)
		}
	}
	f.server.ForgetCalls()
	return fmt.Sprintf("%q", spans)
}

// adAnswers returns the archived answers about ads by the names of their files.
func (f *filling) adAnswers() map[string]string {
	f.t.Helper()
	names, err := filepath.Glob(filepath.Join(f.folder, appid, wechat.EndpointAdIncome, "*"))
	if err != nil {
		f.t.Fatal(err)
	}
	answers := map[string]string{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			f.t.Fatal(err)
		}
		answers[filepath.Base(name)] = string(content)
	}
	return answers
}

// A backfill that ended while it wrote the pages of an answer is continued with that answer.
func TestPagesThatAreMissing(t *testing.T) {
	fillAds(t, func(f *filling) {
		f.run("--datasets=ads", "--app="+appid)
		f.expect("", appid+" ads ad_income: 3 spans added, the oldest 2016-01-01; complete from 2016-01-01 on")
		before := f.adAnswers()
		if len(before) != 4+4+2 {
			t.Fatalf("%d pages", len(before))
		}
		f.spansAsked()
		f.run("--datasets=ads", "--app="+appid)
		f.expect("", appid+" ads ad_income: 0 spans added, 3 already in the archive, the oldest 2016-01-01; complete from 2016-01-01 on")
		if got := f.spansAsked(); got != "[]" {
			t.Errorf("all pages are there, and asked for were %s", got)
		}

		kept := archive.Archive{Bucket: archive.Folder{Path: f.folder}}
		statistic, _ := wechat.StatisticOf(wechat.EndpointAdIncome)
		keys, err := kept.List(t.Context(), appid, statistic, wechat.Day{})
		if err != nil {
			t.Fatal(err)
		}
		first := poller.AnswerKey{}
		for _, key := range keys {
			if key.Window.End.String() == "20160501" && key.Answered.After(first.Answered) {
				first = key
			}
		}
		for page := 2; page < 4; page++ {
			name := "20160501_" + first.Page(page).Answered.UTC().Format("20060102T150405.000000000Z") + ".json.gz"
			if err := os.Remove(filepath.Join(f.folder, appid, wechat.EndpointAdIncome, name)); err != nil {
				t.Fatal(err)
			}
		}
		f.run("--datasets=ads", "--app="+appid)
		f.expect("", appid+" ads ad_income: 1 span added, 2 already in the archive, the oldest 2016-01-01; complete from 2016-01-01 on")
		if got, want := f.spansAsked(), `["2016-02-02 2016-05-01"]`; got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
		after := f.adAnswers()
		for name := range before {
			delete(after, name)
		}
		if len(after) > 0 || len(f.adAnswers()) != len(before) {
			t.Errorf("in the end there are %d pages, want %d; %d others", len(f.adAnswers()), len(before), len(after))
		}
	})
}

// An exporter's answers are about the last days, so they stand for no span of which they have the
// last day only. Spans all of whose days are in the archive are not asked for, whatever day it is.
func TestSpansThatAreThereInPart(t *testing.T) {
	fillAds(t, func(f *filling) {
		kept := archive.Archive{Bucket: archive.Folder{Path: f.folder}}
		if err := os.Mkdir(f.folder, 0o700); err != nil {
			t.Fatal(err)
		}
		statistic, _ := wechat.StatisticOf(wechat.EndpointAdIncome)
		key := poller.AnswerKey{Series: statistic.Series(), Window: statistic.Window(dayNamed(t, "20160730")), Answered: time.Now().Add(-24 * time.Hour)}
		packed, err := kept.Pack(key.Answered, []byte(`{"base_resp":{"err_msg":"ok","ret":0},"list":[],"summary":{},"total_num":0}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.SaveAnswer(t.Context(), appid, key, packed); err != nil {
			t.Fatal(err)
		}
		f.run("--datasets=ads", "--from=2016-04-01", "--app="+appid)
		const want = `["2016-05-02 2016-07-30" "2016-02-02 2016-05-01"]`
		if got := f.spansAsked(); f.err != nil || got != want {
			t.Errorf("asked for %s, want %s; %v", got, want, f.err)
		}
		time.Sleep(24 * time.Hour)
		f.run("--datasets=ads", "--from=2016-04-01", "--app="+appid)
		if got, want := f.spansAsked(), `["2016-05-03 2016-07-31"]`; f.err != nil || got != want {
			t.Errorf("a day later asked for %s, want %s; %v", got, want, f.err)
		}
	})
}
