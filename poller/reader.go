package poller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const (
	// readsAtOnce is how much of the archive of an app is read at the same time.
	readsAtOnce = 8
	// maxFailures is how many reads may fail, while none succeeds, before the archive counts as
	// away, and what is left waits for the next attempt.
	maxFailures = 2
	// longestRetry is the longest pause between two attempts to read a few answers that cannot be
	// read while the others can.
	longestRetry = 10 * time.Minute
	// throttledPause is the shortest pause of an archive that asks for one, longestThrottled the
	// longest.
	throttledPause, longestThrottled = time.Second, time.Minute
	// throttledTries is how often an access is tried again that was refused without a word about a
	// pause: then it may as well be an archive that is away.
	throttledTries = 3
	// lookEvery is the pause between two looks for answers that others have brought.
	lookEvery = time.Hour
)

// reader reads the archive of an app, in a goroutine beside that of the app. What it has read is
// kept until it has read all: an attempt goes on where the one before stopped.
type reader struct {
	shared *shared
	appid  string
	log    *slog.Logger
	access *access
	others *others

	pieces  chan piece     // unbuffered
	running sync.WaitGroup // its goroutine

	// Only the app uses them.
	spooled []AnswerKey // what the spool had at the start, until all was read
	reading bool        // a goroutine is reading
	whole   bool        // all was read, at least once
	looked  time.Time   // when the last reading began
}

// piece is a part of the archive that was read, or the end of an attempt to read it.
type piece struct {
	state   State
	stalled bool // nothing has come for a while: what is left may hang
	ended   bool
	// Only at the end.
	err     error // what could not be read
	foreign bool  // others had brought answers
}

func newReader(shared *shared, appid string, others *others, log *slog.Logger) *reader {
	return &reader{shared: shared, appid: appid, log: log, access: newAccess(shared), others: others, pieces: make(chan piece)}
}

// follow goes on where another reader was, which has ended.
func (r *reader) follow(before *reader) {
	r.access, r.others, r.spooled = before.access, before.others, before.spooled
	r.whole, r.looked = before.whole, before.looked
}

// start starts reading all: first the spool, which is here, and then the archive.
func (r *reader) start(ctx context.Context, known *knowledge) {
	spooled := r.spooled
	r.begin(func() {
		r.readSpool(ctx, known, spooled)
		r.run(ctx, newReading(known, nil))
	})
}

// readSpool reads the answers that an earlier process left in the spool: what the archive does not
// have yet, and may not be able to take for a while.
func (r *reader) readSpool(ctx context.Context, known *knowledge, spooled []AnswerKey) {
	if len(spooled) == 0 {
		return
	}
	reading := newReading(known, nil)
	reading.now = time.Now()
	for _, d := range known.datasets {
		for _, s := range d.series {
			reading.listed(s.Series(), slices.DeleteFunc(slices.Clone(spooled), func(key AnswerKey) bool { return key.Series != s.Series() }))
		}
		for {
			state, missing := reading.windows(d)
			if len(missing) == 0 {
				r.send(ctx, piece{state: state})
				break
			}
			for _, key := range missing {
				if ctx.Err() != nil {
					return
				}
				reading.answers[key] = r.readSpooled(d, key, known.shows)
			}
		}
	}
}

func (r *reader) readSpooled(d *dataset, key AnswerKey, shows Shows) archivedAnswer {
	packed, err := r.shared.Spool.Answer(r.appid, key)
	if err != nil {
		return archivedAnswer{err: err, skip: true} // the writer says so
	}
	content, err := r.shared.Archive.Unpack(packed)
	if err != nil {
		return archivedAnswer{err: err, skip: true}
	}
	statistic := d.statistic(key.Series)
	answer, err := statistic.Decode(content, key.Window)
	if err != nil {
		return archivedAnswer{err: err, skip: true}
	}
	return answerOf(statistic, answer, shows)
}

// look looks, from time to time, whether others have brought answers, and reads those that the
// app does not hold.
func (r *reader) look(ctx context.Context, known *knowledge, now time.Time) {
	if r.reading || now.Sub(r.looked) < lookEvery {
		return
	}
	reading := newReading(known, known.held())
	r.begin(func() {
		state, err := r.readState(ctx)
		if err != nil || !r.others.brought() { // a failure is noticed where it matters
			r.send(ctx, piece{ended: true})
			return
		}
		r.log.Debug("others have brought answers to the archive")
		reading.state, reading.stateRead = state, true
		if !r.run(ctx, reading) {
			r.others.remind() // the app that replaces this one
		}
	})
}

// readState reads the archived state.
func (r *reader) readState(ctx context.Context) (State, error) {
	var state State // which an access that hangs may still set after an error
	err := r.read(ctx, "state", func(ctx context.Context) (err error) {
		state, err = r.shared.Archive.State(ctx, r.appid)
		return err
	})
	if err != nil {
		return State{}, err
	}
	r.others.read(state)
	return state, nil
}

func (r *reader) begin(read func()) {
	r.reading, r.looked = true, time.Now()
	r.running.Go(read)
}

// ended records the end of an attempt.
func (r *reader) ended(p piece) {
	if p.err == nil {
		r.reading, r.whole, r.spooled = false, true, nil
	}
}

// send hands a piece to the app, unless that ends: then the piece may lack what the end has cut.
func (r *reader) send(ctx context.Context, p piece) {
	if ctx.Err() != nil {
		return
	}
	select {
	case r.pieces <- p:
	case <-ctx.Done():
	}
}

// run tries to read until all is read or the context ends, and reports whether all was.
func (r *reader) run(ctx context.Context, reading *reading) bool {
	warned := map[string]bool{}
	pause := archiveRetry
	for {
		attempt := attempt{reader: r, reading: reading, warned: warned}
		err := r.shared.restoring.do(ctx, func() error { return attempt.run(ctx) })
		if ctx.Err() != nil {
			return false
		}
		r.shared.health.set(r.appid, archiveReads, err)
		r.send(ctx, piece{ended: true, err: err, foreign: reading.held != nil})
		if err == nil || !sleep(ctx, pause) {
			return err == nil && ctx.Err() == nil
		}
		if pause = min(2*pause, longestRetry); attempt.succeeded == 0 {
			pause = archiveRetry // the archive was away
		}
	}
}

// read accesses the archive, and again after a pause as long as that asks for one.
func (r *reader) read(ctx context.Context, what string, use func(ctx context.Context) error) error {
	pause := throttledPause
	for tries := 1; ; tries++ {
		err := r.access.do(ctx, what, use)
		throttled, ok := errors.AsType[*Throttled](err)
		if !ok || throttled.Pause == 0 && tries > throttledTries || !sleep(ctx, min(max(pause, throttled.Pause), longestThrottled)) {
			return err
		}
		pause *= 2
	}
}

// sleep waits. It returns false if the context ends first.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// attempt is an attempt to read all that was not read before.
type attempt struct {
	*reader
	reading *reading
	warned  map[string]bool // about answers that were skipped

	mu                  sync.Mutex
	last                time.Time // when a read last succeeded, or the attempt began
	succeeded, failures int
	answered            int   // answers that were read
	failure             error // the first
}

// run reads, and sends each dataset when it was read. The error says what could not be read.
func (a *attempt) run(ctx context.Context) error {
	a.reading.now, a.last = time.Now(), time.Now()
	skipped := a.reading.retry()
	first := a.reading.known.datasets[0]
	stateRead := false
	a.sideBySide(
		func() { stateRead = a.remember(ctx) },
		func() { a.list(ctx, first) },
	)
	if stateRead {
		a.send(ctx, piece{state: a.reading.remembered()})
	}
	for _, d := range a.reading.known.datasets {
		if a.away(ctx) {
			break
		}
		if d != first {
			a.list(ctx, d)
		}
		if !d.Joint || len(a.reading.unlisted(d)) == 0 {
			a.readDataset(ctx, d, skipped)
		}
	}
	if a.failure != nil {
		return a.failure
	}
	return a.reading.unreadable()
}

// away reports whether the archive seems to be away, or the context has ended.
func (a *attempt) away(ctx context.Context) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.succeeded == 0 && a.failures >= maxFailures || ctx.Err() != nil
}

// count counts a read that has ended. When nothing else has come while it was silent, the app need
// not wait for what is left.
func (a *attempt) count(ctx context.Context, err error) {
	a.mu.Lock()
	stalled := errors.Is(err, errSilent) && time.Since(a.last) > archiveSilence/2
	if err == nil {
		a.succeeded++
		a.last = time.Now()
	} else {
		a.failures++
		a.failure = cmp.Or(a.failure, err)
	}
	a.mu.Unlock()
	if stalled {
		a.send(ctx, piece{stalled: true})
	}
}

// sideBySide runs functions at the same time.
func (a *attempt) sideBySide(all ...func()) {
	var running sync.WaitGroup
	places := make(chan struct{}, readsAtOnce)
	for _, f := range all {
		places <- struct{}{}
		running.Go(func() {
			f()
			<-places
		})
	}
	running.Wait()
}

// remember reads the state, unless that was done before, and reports whether it did.
func (a *attempt) remember(ctx context.Context) bool {
	if a.reading.stateRead {
		return false
	}
	state, err := a.readState(ctx)
	a.count(ctx, err)
	if err != nil {
		return false
	}
	a.others.brought()
	a.reading.state, a.reading.stateRead = state, true
	return true
}

// list reads the keys of the answers of a dataset that were not read before: those of the last
// months, and all of them only where that is not enough.
func (a *attempt) list(ctx context.Context, d *dataset) {
	a.listFrom(ctx, a.reading.unlisted(d), a.reading.listFrom)
	a.listFrom(ctx, a.reading.listedTooLittle(d), func(*series) wechat.Day { return wechat.Day{} })
}

// listFrom reads the keys of the answers of some series from a day on.
func (a *attempt) listFrom(ctx context.Context, all []*series, from func(*series) wechat.Day) {
	keys, failures := make([][]AnswerKey, len(all)), make([]error, len(all))
	var lists []func()
	for i, s := range all {
		lists = append(lists, func() {
			var listed []AnswerKey
			err := a.read(ctx, "list "+s.Series(), func(ctx context.Context) (err error) {
				listed, err = a.shared.Archive.List(ctx, a.appid, s.Statistic, from(s))
				return err
			})
			if err != nil {
				err = fmt.Errorf("list the answers of %s: %w", s.Series(), err)
			}
			a.count(ctx, err)
			failures[i] = err
			if err == nil {
				keys[i] = listed
			}
		})
	}
	a.sideBySide(lists...)
	for i, s := range all {
		if failures[i] == nil {
			a.reading.listed(s.Series(), keys[i])
		}
	}
}

// readDataset reads the answers of a dataset that are needed, and sends what they say.
func (a *attempt) readDataset(ctx context.Context, d *dataset, skipped map[AnswerKey]bool) {
	for {
		state, missing := a.reading.windows(d)
		if len(missing) == 0 {
			if ctx.Err() == nil {
				a.warn()
			}
			a.send(ctx, piece{state: state})
			return
		}
		if ctx.Err() != nil {
			return
		}
		a.readAnswers(ctx, d, missing, skipped)
	}
}

// readAnswers reads answers of a dataset. One that cannot be read is skipped, as a damaged one is,
// if others could be read: it is not the archive that fails.
func (a *attempt) readAnswers(ctx context.Context, d *dataset, keys []AnswerKey, skipped map[AnswerKey]bool) {
	read := make([]archivedAnswer, len(keys))
	var reads []func()
	for i, key := range keys {
		reads = append(reads, func() { read[i] = a.readAnswer(ctx, d, key) })
	}
	a.sideBySide(reads...)
	for i, key := range keys {
		answer := read[i]
		if answer.err != nil {
			answer.skip = errors.Is(answer.err, ErrDamaged) || skipped[key] || a.answered > 0
		}
		a.reading.answers[key] = answer
	}
}

// warn warns about answers that were skipped, once about each.
func (a *attempt) warn() {
	for _, reason := range a.reading.skipped {
		if !a.warned[reason.Error()] {
			a.warned[reason.Error()] = true
			a.log.Warn("skipped an unusable archived answer; the previous one is used, if any", "error", reason)
		}
	}
}

// readAnswer reads and decodes an answer.
func (a *attempt) readAnswer(ctx context.Context, d *dataset, key AnswerKey) archivedAnswer {
	statistic := d.statistic(key.Series)
	answer, err := readArchived(ctx, a.read, a.shared, a.appid, statistic, key, a.shared.decoding)
	if errors.Is(err, ErrDamaged) {
		a.count(ctx, nil)
	} else {
		a.count(ctx, err)
	}
	if err != nil {
		return archivedAnswer{err: err}
	}
	a.mu.Lock()
	a.answered++
	a.mu.Unlock()
	return answerOf(statistic, answer, a.reading.known.shows)
}

// answerOf returns what is known of an answer.
func answerOf(s wechat.Statistic, answer *wechat.Answer, shows Shows) archivedAnswer {
	return archivedAnswer{
		numbers: collector.NewNumbers(s, answer, shows.Dimensions, shows.Top),
		empty:   answer.Empty(), digest: answer.Digest(),
	}
}

// readArchived reads an archived answer, and decodes it when there is a place for it.
func readArchived(ctx context.Context, read readFunc, shared *shared, appid string, s wechat.Statistic, key AnswerKey, places chan struct{}) (*wechat.Answer, error) {
	var content []byte
	if err := read(ctx, key.name(), func(ctx context.Context) error {
		answer, err := shared.Archive.Answer(ctx, appid, key)
		content = answer
		return err
	}); err != nil {
		return nil, err
	}
	places <- struct{}{}
	defer func() { <-places }()
	answer, err := s.Decode(content, key.Window)
	if err != nil {
		return nil, fmt.Errorf("%w: %s of %s, answered %s: %w", ErrDamaged, key.Asked(), appid, key.Answered.UTC().Format(time.RFC3339Nano), err)
	}
	answer.Bytes = nil
	return answer, nil
}

// readFunc accesses something in the archive.
type readFunc func(ctx context.Context, what string, use func(ctx context.Context) error) error
