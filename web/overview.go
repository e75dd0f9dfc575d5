package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// appsPerPage is how many apps one page of the overview shows.
const appsPerPage = 30

// overview is the status page of all apps.
type overview struct {
	head
	Verdict        verdict
	Facts          []fact
	Search         string
	Apps           []appLine
	Found          int // apps that fit the search
	Page, Pages    int
	Earlier, Later string // queries; empty: there are no more
}

// fact is a line about a part of the exporter.
type fact struct {
	Name, Text string
	Detail     string // text from outside
	Class      string
}

// appLine is what the overview shows of an app.
type appLine struct {
	ID, Name   string
	Link       string
	Class      string
	Condition  string
	NextPoll   string
	NextPollIn string
	Calls      string
	Ranges     []rangeLine
	Failures   []failureLine
}

// rangeLine is what is known of a range.
type rangeLine struct {
	Range, Day, Age, Outcome, At string
	Class                        string
}

// failureLine is a failure with its remedy.
type failureLine struct{ Reason, Error, Remedy string }

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
	view.Pages = max(1, (len(found)+appsPerPage-1)/appsPerPage)
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	view.Page = min(max(1, page), view.Pages)
	first := (view.Page - 1) * appsPerPage
	for _, snapshot := range found[first:min(first+appsPerPage, len(found))] {
		view.Apps = append(view.Apps, newAppLine(snapshot, h, now))
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

// search returns the snapshots of the apps whose name or appid contains a text, those in
// the worst condition first.
func search(snapshots []*collector.Snapshot, text string, now time.Time) []*collector.Snapshot {
	text = strings.ToLower(strings.TrimSpace(text))
	var found []*collector.Snapshot
	conditions := map[*collector.Snapshot]condition{}
	for _, snapshot := range snapshots {
		if strings.Contains(strings.ToLower(snapshot.App.Name), text) || strings.Contains(strings.ToLower(snapshot.App.ID), text) {
			found = append(found, snapshot)
			conditions[snapshot] = conditionOf(snapshot, now)
		}
	}
	slices.SortStableFunc(found, func(a, b *collector.Snapshot) int {
		return cmp.Or(cmp.Compare(conditions[a], conditions[b]), cmp.Compare(a.App.Name, b.App.Name))
	})
	return found
}

func newAppLine(s *collector.Snapshot, h head, now time.Time) appLine {
	language := h.Language
	state := conditionOf(s, now)
	line := appLine{
		ID: s.App.ID, Name: s.App.Name, Link: h.Base + "app/" + url.PathEscape(s.App.ID) + h.Query,
		Class: state.class(), Condition: state.text().In(language),
		NextPoll: minute(s.NextPoll), Calls: callsText(s, language, now),
	}
	if until := s.NextPoll.Sub(now); !s.NextPoll.IsZero() && until >= time.Minute {
		line.NextPollIn = language.Say("in %s", "%s后", span(until, language))
	}
	line.Ranges = seriesLines(s, language, now)
	for _, failure := range failuresOf(s) {
		line.Failures = append(line.Failures, failureLine{reasonText(failure.Reason).In(language), failure.Error(), failure.RemedyIn(language)})
	}
	return line
}

// callsText says how many calls were made today, and how many WeChat allows of each endpoint.
func callsText(s *collector.Snapshot, language text.Language, now time.Time) string {
	calls := 0
	var limits []string
	for _, dataset := range s.Datasets {
		for _, endpoint := range dataset.Endpoints {
			calls += endpoint.Calls.On(wechat.DayOf(now))
			if endpoint.Quota != nil {
				limits = append(limits, text.Grouped(endpoint.Quota.Limit))
			}
		}
	}
	today := strconv.Itoa(calls)
	of := text.Both{English: " of ", Chinese: " / "}.In(language)
	switch {
	case len(limits) == 0:
		return today + text.Both{English: " (quota not read yet)", Chinese: "（尚未读取配额）"}.In(language)
	case len(limits) == 1:
		return today + of + limits[0]
	case len(slices.Compact(slices.Clone(limits))) == 1:
		return today + of + fmt.Sprintf("%d × %s", len(limits), limits[0])
	default:
		return today + of + strings.Join(limits, " + ")
	}
}

// outcomeText says how the last question about a range ended.
func outcomeText(q collector.Question) text.Both {
	day := strings.TrimPrefix(q.Window.End.DateOnly(), "20")
	day = day[strings.Index(day, "-")+1:]
	switch q.Outcome {
	case collector.OutcomeData:
		return text.Both{English: "numbers of " + day, Chinese: day + " 有数据"}
	case collector.OutcomeEmpty:
		return text.Both{English: day + " is empty", Chinese: day + " 为空"}
	case collector.OutcomeNotReady:
		return text.Both{English: day + " not published yet", Chinese: day + " 尚未发布"}
	case collector.OutcomeUnavailable:
		return text.Both{English: day + " not available", Chinese: day + " 无数据可用"}
	case collector.OutcomeFailed:
		if q.Failure != nil {
			return reasonText(q.Failure.Reason)
		}
	}
	return text.Both{English: "failed", Chinese: "失败"}
}

func outcomeClass(q collector.Question) string {
	if q.Outcome == collector.OutcomeFailed {
		if q.Failure != nil && q.Failure.Reason.NeedsPerson() {
			return "bad"
		}
		return "warn"
	}
	return ""
}

// facts returns which shard this is, and the state of the archive and of the push.
func (s *Site) facts(language text.Language) []fact {
	say := language.Say
	archived := fact{Name: say("Archive", "归档"), Text: say("works; nothing is waiting", "正常，没有待写入的数据"), Class: "good"}
	if s.Archive == nil || s.Archive().None {
		archived.Text, archived.Class = say("off: a restart loses the numbers", "未启用：重启后数据丢失"), "warn"
	} else if state := s.Archive(); state.Lost+state.Pending+state.Apps > 0 {
		archived.Class, archived.Detail = "bad", state.Failure
		if state.Lost > 0 {
			archived.Text = say(strconv.Itoa(state.Lost)+" answers lost, ", "已丢失 "+strconv.Itoa(state.Lost)+" 份数据，")
		} else {
			archived.Text = ""
		}
		archived.Text += say(strconv.Itoa(state.Pending)+" waiting to be written; retried every 30 s", strconv.Itoa(state.Pending)+" 份待写入；每 30 秒重试")
	}
	pushed := fact{Name: say("OpenTelemetry push", "OpenTelemetry 推送"), Text: say("off", "未启用"), Class: "off"}
	if push := s.pushStatus(); push.Endpoint != "" {
		pushed.Detail = push.Endpoint
		switch {
		case push.Failure != "":
			pushed.Text, pushed.Detail, pushed.Class = say("failing; last success: ", "失败；上次成功：")+minute(push.LastSuccess), push.Endpoint+": "+push.Failure, "bad"
		case push.LastSuccess.IsZero():
			pushed.Text, pushed.Class = say("the first push has not finished", "首次推送尚未完成"), "wait"
		default:
			pushed.Text, pushed.Class = say("works; last success: ", "正常；上次成功：")+minute(push.LastSuccess), "good"
		}
	}
	facts := []fact{archived, pushed}
	if shard := s.shardText().In(language); shard != "" {
		facts = append([]fact{{Name: say("Shard", "分片"), Text: shard, Class: "good"}}, facts...)
	}
	return facts
}
