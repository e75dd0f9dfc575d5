package wechat

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

// Whatever WeChat answers, about whatever was asked, what comes out is an error that a user can
// read, or numbers that hold.
func FuzzDecode(f *testing.F) {
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
	for _, seed := range []string{
		``, `null`, `[]`, `{}`, `{"visit_uv":[]}`, `{"visit_uv":null}`, `{"visit_uv":{"city":{}}}`, `<html>`, "\x1f\x8b",
		`{"errcode":"61503","errmsg":7}`, `{"errcode":1e3}`, `{"visit_uv":{"city":[null,7,"a",[],{}]}}`,
		`{"visit_uv":{"city":[{"name":"a","value":1},{"name":"a","value":"2.5"},{"name":"b","value":-1}]}}`,
		`{"visit_uv":{"city":[{"name":"\ud800","value":1},{"name":"\ud83d\ude00","value":9007199254740992},{"name":"\ud83d\ude00","value":1}]}}`,
		"{\"visit_uv\":{\"city\":[{\"name\":\"\xff\",\"value\":1},{\"name\":\"\uFFFD\",\"value\":1e2}]}}",
		`{"visit_uv_new":{"platfomrs":[{"name":"a","access_source_visit_uv":1}],"platforms":[]},"ref_date":20170611} `,
		`{"visit_uv":{"city":[{"n\u0061me":"\\\"","value":1 , "id" : [ { } , [ ] ] } ] } }`,
	} {
		f.Add([]byte(seed))
	}
	statistics := map[string]Statistic{}
	for _, dataset := range Datasets() {
		for _, s := range dataset.Statistics {
			statistics[s.Endpoint] = s
		}
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		for endpoint, s := range statistics {
			a, err := s.Decode(answer, s.Window(mustDay(t, "20170313")))
			if err != nil {
				e, ok := errors.AsType[*Error](err)
				if !ok || a != nil || e.Reason == "" || e.Code == "" || e.Endpoint != endpoint || e.Remedy() == "" || len(e.Message) > 2*maxMessage {
					t.Fatalf("%s: got %v, %#v", endpoint, a, err)
				}
				continue
			}
			if !holds(t, a.Numbers) || a.Empty() && a.Rejected > 0 {
				t.Fatalf("%s: got %+v", endpoint, a)
			}
			if again, err := s.Decode(answer, s.Window(mustDay(t, "20170313"))); err != nil || again.Digest() != a.Digest() {
				t.Fatalf("%s: decoded again: %v", endpoint, err)
			}
		}
	})
}

// holds reports whether numbers are what their documentation says.
func holds(t *testing.T, numbers Numbers) bool {
	switch n := numbers.(type) {
	case Portrait:
		for _, rows := range n {
			if !namesAreUnique(rows) {
				return false
			}
		}
		return true
	case VisitTrend:
		return usable(n.Sessions, n.PageViews, n.Users, n.NewUsers) && n.StayPerUser.Value >= 0 && n.Depth.Value >= 0
	case Summary:
		return usable(n.CumulativeUsers, n.Shares, n.SharingUsers)
	case Distribution:
		return keysAreUnique(n.SourceSessions) && keysAreUnique(n.SourceUsers) && keysAreUnique(n.StayTimes) && keysAreUnique(n.Depths)
	case Retention:
		return keysAreUnique(n.New) && keysAreUnique(n.Active)
	case Pages:
		return pathsAreUnique(n)
	case AdIncome:
		return slotsAreUnique(n)
	}
	t.Fatalf("add the numbers of a %T here", numbers)
	return false
}

func namesAreUnique(rows []Row) bool {
	names := make(map[string]bool)
	for _, row := range rows {
		if !utf8.ValidString(row.Name) || row.Name == "" || len(row.Name) > 256 || row.Users < 0 || row.Users > 1<<53 || names[row.Name] {
			return false
		}
		names[row.Name] = true
	}
	return len(rows) > 0
}

func slotsAreUnique(income AdIncome) bool {
	last := ""
	for _, slot := range income {
		if slot.Slot <= last || !usable(slot.Requests, slot.Exposures, slot.Clicks) || slot.Income.Value < 0 || slot.ECPM.Value < 0 {
			return false
		}
		last = slot.Slot
	}
	return true
}

func pathsAreUnique(pages Pages) bool {
	last := ""
	for _, page := range pages {
		if page.Path <= last || len(page.Path) > 1024 || page.Stay.Value < 0 ||
			!usable(page.Visits, page.Visitors, page.Entries, page.Exits, page.Shares) {
			return false
		}
		last = page.Path
	}
	return true
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
