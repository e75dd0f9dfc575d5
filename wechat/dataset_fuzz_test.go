package wechat

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func FuzzDecodeVisitTrend(f *testing.F) {
	fuzzDecode(f, EndpointDailyVisitTrend, func(n Numbers) bool {
		trend := n.(VisitTrend)
		return usable(trend.Sessions, trend.PageViews, trend.Users, trend.NewUsers) && trend.StayPerUser.Value >= 0 && trend.Depth.Value >= 0
	})
}

func FuzzDecodeSummary(f *testing.F) {
	fuzzDecode(f, EndpointDailySummary, func(n Numbers) bool {
		summary := n.(Summary)
		return usable(summary.CumulativeUsers, summary.Shares, summary.SharingUsers)
	})
}

func FuzzDecodeDistribution(f *testing.F) {
	fuzzDecode(f, EndpointVisitDistribution, func(n Numbers) bool {
		d := n.(Distribution)
		return keysAreUnique(d.SourceSessions) && keysAreUnique(d.SourceUsers) && keysAreUnique(d.StayTimes) && keysAreUnique(d.Depths)
	})
}

func FuzzDecodeRetention(f *testing.F) {
	fuzzDecode(f, EndpointDailyRetention, func(n Numbers) bool {
		r := n.(Retention)
		return keysAreUnique(r.New) && keysAreUnique(r.Active)
	})
}

func FuzzDecodePages(f *testing.F) {
	fuzzDecode(f, EndpointVisitPage, func(n Numbers) bool {
		last := ""
		for _, page := range n.(Pages) {
			if page.Path <= last || len(page.Path) > 1024 || page.Stay.Value < 0 ||
				!usable(page.Visits, page.Visitors, page.Entries, page.Exits, page.Shares) {
				return false
			}
			last = page.Path
		}
		return true
	})
}

func usable(counts ...Count) bool {
	for _, c := range counts {
		if c.Value < 0 || c.Value > 1<<53 || !c.Known && c.Value != 0 {
			return false
		}
	}
	return true
}

func keysAreUnique(list []KeyCount) bool {
	for i, c := range list {
		if c.Count < 0 || c.Count > 1<<53 || i > 0 && list[i-1].Key >= c.Key {
			return false
		}
	}
	return len(list) <= 100
}

// fuzzDecode decodes anything as an answer of an endpoint. What comes out is an error that
// a user can read, or numbers that hold.
func fuzzDecode(f *testing.F, endpoint string, holds func(Numbers) bool) {
	s := statistic(f, endpoint)
	samples, err := filepath.Glob("testdata/*.json")
	if err != nil || len(samples) == 0 {
		f.Fatal("no samples", err)
	}
	for _, path := range samples {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		r, err := s.Decode(answer, mustDay(t, "20170313"))
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || r != nil || e.Reason == "" || e.Code == "" || e.Remedy() == "" || len(e.Message) > 2*maxMessage {
				t.Fatalf("got %v, %#v", r, err)
			}
			return
		}
		if !holds(r.Numbers) || r.Empty() && r.Rejected > 0 {
			t.Fatalf("got %+v", r)
		}
	})
}
