package systemtest

import (
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// dayOfCalls are the calls of an app on a day.
type dayOfCalls struct {
	data    int // portraits that were answered with rows
	empty   int // portraits that were published without rows
	waiting int // portraits that were not published yet
	failed  int
	quota   int
}

// count holds that the calls of a day are within the budget.
func (s *soak) count(day wechat.Day) {
	calls := map[string]*dayOfCalls{}
	for _, id := range s.ids {
		calls[id] = &dayOfCalls{}
	}
	all := slices.Concat(s.early, s.Server.Calls())
	s.Server.ForgetCalls()
	s.early = nil
	for _, call := range all {
		of, known := calls[call.AppID]
		switch {
		case wechat.DayOf(call.Time) != day: // the first moment of the next one
			s.early = append(s.early, call)
		case !known: // with a token that is not valid
		case call.Code == "61503":
			of.waiting++
		case call.Code != "0":
			of.failed++
		case call.Endpoint == wechat.EndpointQuota:
			of.quota++
		case call.Endpoint == wechat.EndpointUserPortrait && call.Empty && call.Time.Before(publication(call.AppID, s.day(call.End))):
			of.waiting++
		case call.Endpoint == wechat.EndpointUserPortrait && call.Empty:
			of.empty++
		case call.Endpoint == wechat.EndpointUserPortrait:
			of.data++
		}
	}
	crashes, starts := s.crashed[day], s.started[day]
	for _, id := range s.ids {
		of := calls[id]
		waited := min(publication(id, day.Add(-1).Begin()).Sub(day.At(8*time.Hour)), 16*time.Hour)
		// Where the longer windows failed, an empty answer may mean that the day is not
		// published: the window is asked for again, a D2 each hour and a D1 each half hour.
		excused := 0
		if s.outagesOn(id, day)+s.outagesOn(id, day.Add(-1)) > 0 {
			excused = min(of.empty, 24+48)
		}
		// A crash forgets what was not archived yet.
		if most := 6 * (1 + crashes); of.data+of.empty-excused > most {
			s.Errorf("%s: %d portraits on %s, %d of them empty; the budget is %d", id, of.data+of.empty, day, of.empty, most)
		}
		// A D2 that is published after midnight is asked for at each start, too.
		if most := 2 + int(waited/(30*time.Minute)) + 2*starts; of.waiting > most {
			s.Errorf("%s: %d questions on %s for what is not published; the budget is %d", id, of.waiting, day, most)
		}
		if most := 1 + crashes; of.quota > most {
			s.Errorf("%s: the quota is asked for %d times on %s; the budget is %d", id, of.quota, day, most)
		}
		if most := 100 + 20*s.outagesOn(id, day); of.failed > most || of.failed > 0 && s.outagesOn(id, day) == 0 {
			s.Errorf("%s: %d calls on %s fail; the budget is %d", id, of.failed, day, most)
		}
		s.figures.portraits += of.data + of.empty + of.waiting
		s.figures.failed += of.failed
		s.figures.mostPortraits = max(s.figures.mostPortraits, of.data+of.empty+of.waiting)
		s.figures.mostFailed = max(s.figures.mostFailed, of.failed)
	}
}

func (s *soak) day(text string) time.Time {
	day, err := wechat.ParseDay(text)
	if err != nil {
		s.Fatal(err)
	}
	return day.Begin()
}

// outagesOn returns how many outages an app has on a day.
func (s *soak) outagesOn(id string, day wechat.Day) (n int) {
	for _, o := range s.plan {
		if (o.appid == "" || o.appid == id) && o.begin.Before(day.Add(1).Begin()) && o.end.After(day.Begin()) {
			n++
		}
	}
	return n
}

// checkArchive holds that the answers of all days that could be fetched are archived, each
// as WeChat gave it, and those that were revised in both versions.
func (s *soak) checkArchive(first, end wechat.Day) {
	s.disk.away.Store(false)
	kept := archive.Archive{Bucket: bucketOf{s.disk, &process{}}}
	for _, id := range s.ids {
		answers := map[wechat.Window][]poller.AnswerKey{}
		for _, statistic := range s.Options.Datasets[0].Statistics {
			keys, err := kept.List(s.Context(), id, statistic, wechat.Day{})
			if err != nil {
				s.Fatal(err)
			}
			for _, key := range keys {
				answers[key.Window] = append(answers[key.Window], key)
				s.checkAnswer(kept, id, key)
			}
		}
		for day := first; day != end.Add(-2); day = day.Add(1) {
			published, revised := publication(id, day.Begin()), revision(id, day.Begin())
			for _, length := range wechat.PortraitRanges() {
				w := wechat.Window{End: day, Range: length}
				s.figures.published++
				switch {
				case len(answers[w]) > 0:
					s.figures.archived++
				case s.obtainable(id, day, published, 1, 2):
					s.figures.lost++
					s.Errorf("%s: no answer for %s is in the archive", id, w)
				default:
					s.figures.excused++
				}
				isRevised := func(key poller.AnswerKey) bool { return !key.Answered.Before(revised) }
				if s.obtainable(id, day, published, 2) && s.rowsChange(id, w) && !slices.ContainsFunc(answers[w], isRevised) {
					s.figures.stale++
					s.Errorf("%s: the revised answer for %s is not in the archive", id, w)
				}
			}
		}
	}
}

// rowsChange reports whether the revision changes a window.
func (s *soak) rowsChange(id string, w wechat.Window) bool {
	published, revised := publication(id, w.End.Begin()), revision(id, w.End.Begin())
	if !published.Before(revised) {
		return false
	}
	before := s.numbersOf(w, s.Server.PortraitAt(id, w.End.Begin(), int(w.Range), published))
	return !s.wasPublished(id, w, revised.Add(slowAnswer), before)
}

// checkAnswer holds that an archived answer is what WeChat gave.
func (s *soak) checkAnswer(kept archive.Archive, id string, key poller.AnswerKey) {
	answer, err := kept.Answer(s.Context(), id, key)
	if err != nil {
		s.Error(err)
		return
	}
	if !s.wasPublished(id, key.Window, key.Answered, s.numbersOf(key.Window, answer)) {
		s.figures.other++
		s.Errorf("%s: the archived answer for %s of %s is not what WeChat gave", id, key.Window, key.Answered)
	}
}
