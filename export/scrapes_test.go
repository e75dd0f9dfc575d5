package export_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/export"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Over a month with late publications, revised numbers and restarts, the export has every
// number that scrapes have shown, and no other. The days of an outage
// that were caught up afterwards are in it, too, as if there had been no outage.
func TestExportIsWhatScrapesShowed(t *testing.T) {
	for _, portrait := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := pollertest.New(t)
			s.Options.Datasets = wechat.Datasets()
			s.Options.Dimensions = []wechat.Dimension{wechat.Device, wechat.Gender}
			if !portrait {
				s.Options.Datasets = wechat.Datasets()[1:]
			}
			s.Server.Apps = map[string]wechattest.App{pollertest.AppID: {Users: 200}}
			s.Server.Published = func(_ string, day time.Time) time.Time {
				if day.Day() == 14 {
					return day.Add(49 * time.Hour)
				}
				return day.Add(34*time.Hour + time.Duration(day.Day()*7)*time.Minute)
			}
			s.Server.Revised = func(_ string, day time.Time) time.Time { return day.Add(50 * time.Hour) }
			pollertest.SleepUntil(t, "2000-01-10 09:15")
			s.Start()
			began := time.Now()
			pollertest.SleepUntil(t, "2000-01-10 10:00")
			scraped, looked := map[string]float64{}, map[int64]bool{}
			var outage export.Span
			late := time.Date(2000, 1, 15, 9, 0, 0, 0, wechat.InShanghai(time.Now()).Location())
			first := time.Now().Add(2 * time.Hour) // all have answered
			for hour := range 30 * 24 {
				if hour == 300 {
					outage.From = time.Now()
					for _, dataset := range wechat.Datasets()[1:] {
						s.Server.Fail(wechattest.Errcode(-1).On(dataset.Statistics[0].Endpoint))
					}
				}
				if hour == 560 {
					s.Server.ClearFaults()
					outage.To = time.Now().Add(time.Hour)
				}
				at := time.Now()
				if at.Equal(wechat.DayOf(at).Begin()) {
					time.Sleep(time.Hour) // numbers are withdrawn at midnight, within some minutes
					continue
				}
				if hour%3 == 0 {
					looked[at.Unix()] = true
					for series, value := range s.Gather() {
						if name, _, _ := strings.Cut(series, "{"); isExported(name) {
							scraped[fmt.Sprintf("%s %d", series, at.Unix())] = value
						}
					}
				}
				if hour%37 == 0 {
					s.End()
					s.Start()
				}
				time.Sleep(time.Hour)
				synctest.Wait()
			}
			s.End()
			exported := exportOf(t, s, began)
			missing, wrong, more := 0, 0, 0
			for sample, value := range scraped {
				got, ok := exported[sample]
				switch at := timeOf(t, sample); {
				case at.After(outage.From) && at.Before(outage.To):
				case isAboutRetention(sample) && at.After(late) && at.Before(late.Add(28*time.Hour)):
					// The retention on a day that is published more than a day late.
				case !ok:
					missing++
				case got != value:
					wrong++
				}
			}
			inOutage := map[time.Time]bool{}
			for sample := range exported {
				at := timeOf(t, sample)
				_, ok := scraped[sample]
				switch midnight := at.Equal(wechat.DayOf(at).Begin()); {
				case at.After(outage.From) && at.Before(outage.To):
					inOutage[at] = inOutage[at] || strings.HasPrefix(sample, "wxapp_sessions{")
				case !ok && looked[at.Unix()] && !midnight && !at.Before(first):
					more++
				}
			}
			for at := outage.From.Add(time.Hour); at.Before(outage.To); at = at.Add(time.Hour) {
				if !inOutage[time.Unix(at.Unix(), 0)] {
					t.Errorf("no sessions at %s, within the outage", wechat.InShanghai(at))
				}
			}
			if len(scraped) < 40_000 || missing+wrong+more > 0 {
				t.Errorf("%d samples were scraped: %d are missing, %d have another value, %d are there that were not scraped", len(scraped), missing, wrong, more)
			}
		})
	}
}

// isAboutRetention reports whether a sample is of the dataset retention.
func isAboutRetention(sample string) bool {
	return strings.HasPrefix(sample, "wxapp_ret") || strings.Contains(sample, `dataset="retention"`)
}

// timeOf returns the time at the end of a sample.
func timeOf(t *testing.T, sample string) time.Time {
	t.Helper()
	var at int64
	if _, err := fmt.Sscan(sample[strings.LastIndex(sample, " ")+1:], &at); err != nil {
		t.Fatal(err)
	}
	return time.Unix(at, 0)
}

// isExported reports whether a metric is known from answers, and stays while they are held.
func isExported(name string) bool {
	return slices.ContainsFunc(collector.Families(), func(f *collector.Family) bool {
		return f.Name == name && f.Origin == collector.FromAnswer
	})
}

// exportOf returns the samples at full hours of the archive of a simulation.
func exportOf(t *testing.T, s *pollertest.Simulation, began time.Time) map[string]float64 {
	t.Helper()
	e, err := export.New(t.Context(), export.Options{
		Archive: s.Archive, Apps: []collector.App{{ID: pollertest.AppID, Name: pollertest.AppID}},
		Datasets: s.Options.Datasets, Dimensions: s.Options.Dimensions,
		Top: s.Options.Top, MaxAge: s.Options.MaxAge, Every: time.Hour, Now: time.Now(),
		Damaged: func(appid string, key poller.AnswerKey, err error) { t.Errorf("%s, %v: %v", appid, key, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	samples := map[string]float64{}
	for from := wechat.DayOf(began).Begin(); from.Before(time.Now()); from = from.Add(24 * time.Hour) {
		var text bytes.Buffer
		if _, err := e.Write(t.Context(), &text, export.Span{From: from, To: from.Add(24 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			series, numbers, _ := strings.Cut(line, "} ")
			name, _, _ := strings.Cut(series, "{")
			var value, seconds float64
			if !isExported(name) {
				continue
			}
			if _, err := fmt.Sscan(numbers, &value, &seconds); err != nil {
				t.Fatal(err)
			}
			if int64(seconds)%3600 == 0 && seconds == float64(int64(seconds)) {
				samples[fmt.Sprintf("%s} %d", series, int64(seconds))] = value
			}
		}
	}
	return samples
}
