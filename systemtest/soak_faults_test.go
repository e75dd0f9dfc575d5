package systemtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// outage is a time in which something goes wrong.
type outage struct {
	begin, end time.Time
	kind       string
	appid      string            // empty: all apps
	fault      *wechattest.Fault // of WeChat, or nil
	harmless   bool              // the numbers come in nevertheless
}

// The kinds of outages that are not faults of WeChat.
const (
	crash       = "crash"
	restart     = "restart"
	archiveAway = "archive away"
	revoked     = "token revoked"
	usedUp      = "quota of the day used up" // lasts until midnight
)

// slowAnswer is how late a slow WeChat answers.
const slowAnswer = 20 * time.Second

// planned returns the outages of a run. There are about 25 of each app in a year, and 200 of
// all apps together.
func (s *soak) planned(begin, end time.Time) []outage {
	faults := appFaults()
	delete(faults, "unusable rows") // which adds numbers of its own
	delete(faults, "empty answers") // nobody can tell them from a day without users
	harmless := []string{"the same name twice", "misspelled keys", "answer after 20 s"}
	names := make([]string, 0, len(faults))
	for name := range faults {
		names = append(names, name)
	}
	slices.Sort(names)
	minutes := func(least, most int) time.Duration {
		return time.Duration(least+s.random.IntN(most-least)) * time.Minute
	}
	var plan []outage
	add := func(perYear float64, length func() time.Duration, of outage) {
		for range int(perYear*end.Sub(begin).Hours()/(365*24) + s.random.Float64()) {
			of.begin = begin.Add(time.Duration(s.random.Int64N(int64(end.Sub(begin)))).Truncate(time.Second))
			of.end = of.begin.Add(length())
			if of.kind == "" || of.fault != nil {
				of.kind = names[s.random.IntN(len(names))]
				if of.appid == "" {
					of.kind = []string{"system busy", "HTTP 502", "no answer", "connection cut", "garbage"}[s.random.IntN(5)]
				}
				fault := faults[of.kind]
				of.fault, of.harmless = &fault, slices.Contains(harmless, of.kind)
			}
			if of.kind == usedUp {
				of.end = wechat.DayOf(of.begin).Add(1).Begin()
			}
			if of.end.Before(end) {
				plan = append(plan, of)
			}
		}
	}
	for _, id := range s.ids {
		add(20, func() time.Duration { return minutes(5, 30*60) }, outage{appid: id})
		add(5, func() time.Duration { return time.Minute }, outage{kind: revoked, appid: id, harmless: true})
	}
	add(50, func() time.Duration { return minutes(5, 6*60) }, outage{})
	add(2, func() time.Duration { return minutes(50*60, 80*60) }, outage{})
	add(30, func() time.Duration { return minutes(5, 20*60) }, outage{kind: archiveAway})
	plan = append(plan, s.stops(begin, end)...)
	return plan
}

// stops returns the times when the program does not run, which do not overlap.
func (s *soak) stops(begin, end time.Time) []outage {
	var plan []outage
	for at := begin; ; {
		at = at.Add(time.Duration(s.random.Int64N(int64(7 * 24 * time.Hour)))).Truncate(time.Second)
		stop := outage{begin: at, end: at.Add(time.Duration(1+s.random.IntN(1800)) * time.Second), kind: crash}
		if s.random.IntN(2) == 0 {
			stop.kind = restart
		}
		at = stop.end.Add(time.Minute)
		if at.After(end) {
			return plan
		}
		plan = append(plan, stop)
	}
}

// worked reports whether everything worked for long enough in an interval, for an app.
func (s *soak) worked(appid string, begin, end time.Time) bool {
	for from := begin; !from.Add(longEnough).After(end); {
		next := time.Time{}
		for _, o := range s.plan {
			if (o.appid == "" || o.appid == appid) && !o.harmless && o.begin.Before(from.Add(longEnough)) && o.end.After(from) && o.end.After(next) {
				next = o.end
			}
		}
		if next.IsZero() {
			return true
		}
		from = next
	}
	return false
}

// obtainable reports whether the numbers of a day could be fetched on one of the days after
// it, in the hours in which the schedule asks for them.
func (s *soak) obtainable(appid string, day wechat.Day, published time.Time, daysAfter ...int) bool {
	for _, n := range daysAfter {
		from, to := day.Add(n).At(8*time.Hour), day.Add(n+1).Begin()
		if published.After(from) {
			from = published
		}
		if s.worked(appid, from, to) {
			return true
		}
	}
	return false
}

// faultyBucket is a Bucket in a folder that can be away. It does not sync: a year has
// hundreds of thousands of writes, and no power fails here.
type faultyBucket struct {
	folder  string
	writing sync.RWMutex // nobody reads half an object
	away    atomic.Bool
	process *process // that runs now
}

// process is a run of the program. A dead one writes nothing any more.
type process struct{ dead atomic.Bool }

// bucketOf is the bucket as a process sees it.
type bucketOf struct {
	*faultyBucket
	process *process
}

var errAway = errors.New("the archive is away")

func (b bucketOf) check() error {
	if b.away.Load() || b.process.dead.Load() {
		return errAway
	}
	return nil
}

func (b bucketOf) path(key string) string { return filepath.Join(b.folder, filepath.FromSlash(key)) }

func (b bucketOf) Get(_ context.Context, key string) ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	b.writing.RLock()
	defer b.writing.RUnlock()
	return os.ReadFile(b.path(key))
}

func (b bucketOf) Put(_ context.Context, key string, content []byte) error {
	if err := b.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(b.path(key)), 0o750); err != nil {
		return err
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	return os.WriteFile(b.path(key), content, 0o600)
}

func (b bucketOf) List(_ context.Context, folder, after string) ([]string, error) {
	names, err := b.list(folder, false)
	return slices.DeleteFunc(names, func(name string) bool { return name <= after }), err
}

func (b bucketOf) ListFolders(_ context.Context, folder string) ([]string, error) {
	return b.list(folder, true)
}

func (b bucketOf) list(folder string, folders bool) ([]string, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(b.path(folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() == folders {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}
