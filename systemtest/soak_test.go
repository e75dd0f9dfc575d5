// Package systemtest runs the parts of the exporter together in one process: for months of
// random faults, with a thousand apps, and with apps that come and go. Exports and backfills it
// runs in processes of their own, and kills them.
package systemtest

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// longEnough is how long everything must work between PublishHour and midnight for the
// numbers of a day to be fetched and archived: more than the longest pause after a failure,
// an hour and a tenth, and the wait for publication after it.
const longEnough = 150 * time.Minute

// soak is an exporter in a simulated world where things go wrong at random.
type soak struct {
	*testing.T
	*pollertest.Simulation

	random *rand.Rand
	disk   *faultyBucket
	plan   []outage
	ids    []string

	whole   map[string]bool           // the apps that have shown all ranges
	checked map[shownWindow]time.Time // which answer was compared last
	started map[wechat.Day]int        // starts of the program, by day
	early   []wechattest.Call         // of the day after the one that is counted
	crashed map[wechat.Day]int        // stops that forget what is not archived yet
	figures struct {
		faults, crashes, restarts                        int
		compared, wrong                                  int
		portraits, failed, mostPortraits, mostFailed     int
		published, archived, lost, excused, stale, other int
	}
}

type shownWindow struct {
	appid string
	wechat.Range
}

// publication is when a day of an app is published: between 09:00 and 16:00 of the next day,
// and sometimes after the midnight that follows.
func publication(appid string, day time.Time) time.Time {
	n := int(day.Unix()/86400) + int(appid[len(appid)-1])
	if n%23 == 0 {
		return day.Add(48*time.Hour + 40*time.Minute)
	}
	return day.Add(33*time.Hour + time.Duration(n*131%420)*time.Minute)
}

// revision is when the numbers of a day change: at the midnight after their publication.
func revision(_ string, day time.Time) time.Time { return day.Add(48 * time.Hour) }

// TestSoak runs 50 apps for a month, or a few for some days unless TEST_SIZE is full, with
// random faults of WeChat and of the archive, crashes and restarts, which SOAK_SEED decides.
// SOAK_DAYS sets the number of days. At the end every published day is in the archive, unless
// nothing worked for long enough while WeChat kept it; nothing else than what WeChat published
// was ever shown; the calls are within the budget; and goroutines and memory are what they
// were after a day.
func TestSoak(t *testing.T) {
	seed, days := uint64(1), soakDays()
	for name, set := range map[string]func(int){
		"SOAK_SEED": func(n int) { seed = uint64(n) }, //nolint:gosec // any number will do
		"SOAK_DAYS": func(n int) { days = n },
	} {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			set(n)
		}
	}
	t.Logf("SOAK_SEED=%d SOAK_DAYS=%d", seed, days)
	began := time.Now()
	var s *soak
	synctest.Test(t, func(t *testing.T) {
		s = newSoak(t, seed)
		s.run(days)
	})
	f := s.figures
	t.Logf("%d days of %d apps in %s: %d faults, %d crashes, %d restarts", days, soakApps(), time.Since(began).Round(time.Second), f.faults, f.crashes, f.restarts)
	t.Logf("%d windows published, %d archived, %d lost, %d excused; %d shown answers compared, %d wrong", f.published, f.archived, f.lost, f.excused, f.compared, f.wrong)
	t.Logf("portrait calls per app and day: %.2f answered (at most %d), %.2f failed (at most %d)",
		float64(f.portraits)/float64(days*soakApps()), f.mostPortraits, float64(f.failed)/float64(days*soakApps()), f.mostFailed)
}

func newSoak(t *testing.T, seed uint64) *soak {
	s := &soak{
		T:       t,
		random:  rand.New(rand.NewPCG(seed, 0)),
		disk:    &faultyBucket{folder: t.TempDir()},
		whole:   map[string]bool{},
		checked: map[shownWindow]time.Time{},
		started: map[wechat.Day]int{},
		crashed: map[wechat.Day]int{},
	}
	apps := map[string]wechattest.App{}
	for i := range soakApps() {
		id := fmt.Sprintf("wx%016x", i)
		s.ids = append(s.ids, id)
		apps[id] = wechattest.App{Users: 30} // short answers
	}
	s.Simulation = pollertest.New(t, s.ids...)
	s.Server.Apps, s.Server.Published, s.Server.Revised = apps, publication, revision
	s.Server.NotReady = func(appid string, day time.Time) bool { return (int(day.Unix()/86400)+int(appid[len(appid)-1]))%2 == 0 }
	s.Server.Nobody = func(appid string, day time.Time) bool {
		return (int(day.Unix()/86400)*7+int(appid[len(appid)-1]))%41 == 0
	}
	s.Options.Logger = slog.New(slog.DiscardHandler)
	return s
}

// run lives through the days.
func (s *soak) run(days int) {
	pollertest.SleepUntil(s.T, "2000-01-10 00:30")
	first := wechat.DayOf(time.Now())
	end := first.Add(days).Begin()
	s.plan = s.planned(first.Add(1).Begin().Add(12*time.Hour), end.Add(-36*time.Hour))
	s.start()

	var goroutines int
	var memory uint64
	today := first
	for time.Now().Before(end) {
		s.advance(min(time.Hour, time.Until(end)))
		if day := wechat.DayOf(time.Now()); day != today {
			s.count(today)
			if today == first {
				goroutines, memory = resources()
			}
			today = day
		}
	}
	if g, m := resources(); g > goroutines || m > memory+8<<20 {
		s.Errorf("%d goroutines and %d KiB at the end, %d and %d KiB after a day", g, m>>10, goroutines, memory>>10)
	} else {
		s.Logf("%d goroutines and %d KiB at the end, %d and %d KiB after a day", g, m>>10, goroutines, memory>>10)
	}
	s.End()
	if s.Err != nil {
		s.Errorf("the poller ended with %v", s.Err)
	}
	s.checkArchive(first, wechat.DayOf(end))
}

// resources returns the number of goroutines and the bytes of memory in use.
func resources() (goroutines int, memory uint64) {
	runtime.GC()
	runtime.GC() // what the first one has finalized
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return runtime.NumGoroutine(), stats.HeapAlloc
}

// start starts the program on what is archived.
func (s *soak) start() {
	s.disk.process = &process{}
	s.Options.Archive = archive.Archive{Bucket: bucketOf{s.disk, s.disk.process}}
	s.started[wechat.DayOf(time.Now())]++
	s.Start()
}

// advance lets time pass, with all that is planned for it, and compares what is shown then.
func (s *soak) advance(d time.Duration) {
	until := time.Now().Add(d)
	for {
		next := s.nextChange(until)
		time.Sleep(time.Until(next))
		s.change()
		synctest.Wait()
		if !next.Before(until) {
			break
		}
	}
	s.compare()
}

// nextChange returns when the next outage begins or ends, at most until.
func (s *soak) nextChange(until time.Time) time.Time {
	now := time.Now()
	for _, o := range s.plan {
		for _, at := range []time.Time{o.begin, o.end} {
			if at.After(now) && at.Before(until) {
				until = at
			}
		}
	}
	return until
}

// change begins and ends outages that are due.
func (s *soak) change() {
	now := time.Now()
	s.Server.ClearFaults()
	away := false
	for _, o := range s.plan {
		if now.Before(o.begin) || now.After(o.end) {
			continue
		}
		begins, ends := now.Equal(o.begin), now.Equal(o.end)
		if begins {
			s.figures.faults++
		}
		switch {
		case o.kind == crash && begins:
			s.figures.crashes++
			s.crashed[wechat.DayOf(now)]++
			s.disk.process.dead.Store(true)
			s.End() // whatever it still writes is not written
		case o.kind == restart && begins:
			s.figures.restarts++
			if s.disk.away.Load() { // it says that it forgets what it could not archive
				s.crashed[wechat.DayOf(now)]++
			}
			s.End()
		case (o.kind == crash || o.kind == restart) && ends:
			s.start()
		case o.kind == archiveAway:
			away = away || !ends
		case o.kind == revoked && begins:
			s.Server.RevokeTokens(o.appid)
		case o.fault != nil && !ends && o.appid == "":
			s.Server.Fail(*o.fault)
		case o.fault != nil && !ends:
			s.Server.Fail(o.fault.For(o.appid))
		}
	}
	s.disk.away.Store(away)
}

// compare holds that what is shown is what WeChat published, and that nothing is missing.
func (s *soak) compare() {
	if s.disk.process.dead.Load() || s.Store == nil {
		return
	}
	for _, snapshot := range s.Store.Snapshots() {
		id := snapshot.App.ID
		for _, held := range snapshot.Portrait().Held {
			key := shownWindow{id, held.Range}
			if held.Withdrawn || s.checked[key].Equal(held.Answered) {
				continue
			}
			s.checked[key] = held.Answered
			s.figures.compared++
			if !s.wasPublished(id, held.Window, held.Answered, held.Numbers) {
				s.figures.wrong++
				s.Errorf("%s: wrong numbers for %s are shown at %s", id, held.Window, time.Now())
			}
		}
		if complete := len(snapshot.Portrait().Held) == len(wechat.PortraitRanges()); complete {
			s.whole[id] = true
		} else if s.whole[id] && !s.recently(archiveAway) {
			s.Errorf("%s: %d ranges are shown at %s", id, len(snapshot.Portrait().Held), time.Now())
		}
	}
}

// wasPublished reports whether WeChat's answer at a time had these rows. It may have been
// under way for a while.
func (s *soak) wasPublished(id string, w wechat.Window, answered time.Time, numbers collector.Numbers) bool {
	for _, at := range []time.Time{answered, answered.Add(-slowAnswer)} {
		if reflect.DeepEqual(numbers, s.numbersOf(w, s.Server.PortraitAt(id, w.End.Begin(), int(w.Range), at))) {
			return true
		}
	}
	return false
}

// numbersOf returns what is shown of an answer for a window.
func (s *soak) numbersOf(w wechat.Window, answer []byte) collector.Numbers {
	portrait := s.Options.Datasets[0].Statistics
	statistic := portrait[slices.IndexFunc(portrait, func(of wechat.Statistic) bool { return of.Range == w.Range })]
	decoded, err := statistic.Decode(answer, w)
	if err != nil {
		s.Fatal(err)
	}
	return collector.NewNumbers(statistic, decoded, s.Options.Dimensions, s.Options.Top)
}

// recently reports whether an outage of a kind was there in the last hour and a bit.
func (s *soak) recently(kind string) bool {
	now := time.Now()
	for _, o := range s.plan {
		if o.kind == kind && !now.Before(o.begin) && now.Before(o.end.Add(2*time.Hour)) {
			return true
		}
	}
	return false
}
