package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// appsPerPage is how many apps one page of the overview shows.
const appsPerPage = 30

// overview is the status page of all apps.
type overview struct {
	head
	Verdict        verdict
	Users          string // how many of the apps had as many users as usual
	Causes         []cause
	Facts          []fact
	Search         string
	Apps           []appLine
	Found          int // apps that fit the search
	Page, Pages    int
	Earlier, Later string // queries; empty: there are no more
}

func (s *Site) overview(w http.ResponseWriter, r *http.Request) {
	h := s.head(r, "")
	snapshots := s.snapshots()
	now := s.now()
	view := overview{
		head:    h,
		Verdict: s.judge(count(snapshots, len(s.Apps()), now), h.Language),
		Facts:   s.facts(h.Language),
		Search:  r.URL.Query().Get("q"),
	}
	found := search(snapshots, view.Search, now)
	view.Found = len(found)
	view.Users, view.Causes = usersVerdict(found, h.Language), causesOf(found, h)
	view.Pages = max(1, (len(found)+appsPerPage-1)/appsPerPage)
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	view.Page = min(max(1, page), view.Pages)
	names := map[string]int{}
	for _, snapshot := range snapshots {
		names[snapshot.App.Name]++
	}
	first := (view.Page - 1) * appsPerPage
	for _, snapshot := range found[first:min(first+appsPerPage, len(found))] {
		line := newAppLine(snapshot, h, now)
		line.Twin = names[line.Name] > 1
		view.Apps = append(view.Apps, line)
	}
	if view.Page > 1 {
		view.Earlier = h.pageQuery(view.Search, view.Page-1)
	}
	if view.Page < view.Pages {
		view.Later = h.pageQuery(view.Search, view.Page+1)
	}
	s.render(w, r, http.StatusOK, h.Language, "overview.html", view)
}

func (h head) pageQuery(search string, page int) string {
	query := url.Values{"page": {strconv.Itoa(page)}}
	if search != "" {
		query.Set("q", search)
	}
	if h.Chosen != "" {
		query.Set("lang", h.Chosen)
	}
	return "?" + query.Encode()
}

// search returns the snapshots of the apps whose name or appid contains a text, those with
// which most is wrong first.
func search(snapshots []*collector.Snapshot, text string, now time.Time) []*collector.Snapshot {
	text = strings.ToLower(strings.TrimSpace(text))
	var found []*collector.Snapshot
	ranks := map[*collector.Snapshot]int{}
	for _, snapshot := range snapshots {
		if strings.Contains(strings.ToLower(snapshot.App.Name), text) || strings.Contains(strings.ToLower(snapshot.App.ID), text) {
			found = append(found, snapshot)
			ranks[snapshot] = rank(snapshot, now)
		}
	}
	slices.SortStableFunc(found, func(a, b *collector.Snapshot) int {
		return cmp.Or(cmp.Compare(ranks[a], ranks[b]), cmp.Compare(a.App.Name, b.App.Name))
	})
	return found
}

// rank is the lower, the worse an app is: its own condition counts most, then that of the datasets
// that its condition is not about, then its users.
func rank(s *collector.Snapshot, now time.Time) int {
	const aside, few = 1, 2
	state := conditionOf(s, now)
	rank := 10 * int(state)
	switch {
	case state <= behind:
	case len(failuresOf(s)) > 0:
		return 10*int(behind) + aside
	case judgmentOf(s) == below:
		return 10*int(behind) + few
	}
	return rank
}
