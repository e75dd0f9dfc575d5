package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// appPage shows the newest numbers of an app as pictures.
type appPage struct {
	head
	ID, Name         string
	Class, Condition string
	Metrics          string    // the address of the app's metrics
	Headline         *headline // nil: there are no numbers
	Nothing          string    // why there are none
	Causes           []cause
	Visits           []*visits
	Cards            []card
	Portrait         *portrait // nil: there are no numbers
	Polls            polls
	Days             []heldDays
}

// heldDays are the days of a range that are known.
type heldDays struct {
	Range string
	Days  []string
}

func (s *Site) app(w http.ResponseWriter, r *http.Request) {
	snapshot := s.snapshot(r.PathValue("appid"))
	if snapshot == nil {
		s.unknownApp(w, r)
		return
	}
	h := s.head(r, "../")
	s.render(w, r, http.StatusOK, h.Language, "app.html", newAppPage(snapshot, h, r.URL.Query().Get("range"), s.now()))
}

func newAppPage(s *collector.Snapshot, h head, wanted string, now time.Time) appPage {
	state := conditionOf(s, now)
	page := appPage{
		head: h, ID: s.App.ID, Name: s.App.Name, Class: state.class(), Condition: state.text().In(h.Language),
		Metrics:  h.TelemetryPath + "?" + url.Values{"appid": {s.App.ID}}.Encode(),
		Headline: newHeadline(s, h.Language, now),
		Causes:   causesOf([]*collector.Snapshot{s}, h),
		Visits:   newAllVisits(s, h.Language, now),
		Portrait: newPortrait(s, h, wanted),
		Polls:    newPolls(s, h.Language, now),
		Days:     daysOf(s.Past, h.Language),
	}
	if page.Headline == nil && !s.HasData() {
		page.Nothing = nothing(s, h.Language, now)
	}
	for _, held := range s.Portrait().Held {
		page.Cards = append(page.Cards, newCard(s, held, h.Language))
	}
	return page
}

// nothing says why an app has no numbers.
func nothing(s *collector.Snapshot, language text.Language, now time.Time) string {
	if len(s.Datasets) == 0 || s.Status == collector.StatusUnknown && s.LastPoll.IsZero() && !s.AsksLater(now) {
		return language.Say("The first numbers come within seconds.", "首批数据将在数秒内到达。")
	}
	return language.Say("No numbers: %s.", "暂无数据：%s。", whyMissing(s, s.Leading()[0], language, now))
}

// daysOf lists the days of each range that are known, the newest first.
func daysOf(past collector.Past, language text.Language) []heldDays {
	var all []heldDays
	for _, length := range wechat.PortraitRanges() {
		if known := past[length]; len(known) > 0 {
			days := heldDays{Range: rangeName(length, language)}
			for _, totals := range slices.Backward(known) {
				days.Days = append(days.Days, totals.End.DateOnly())
			}
			all = append(all, days)
		}
	}
	return all
}
