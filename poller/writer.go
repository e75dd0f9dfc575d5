package poller

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	// maxPending is the largest number of answers of an app that wait for the archive in memory,
	// for each dataset: those of ten days, or of fewer while datasets are caught up.
	maxPending = 60
	// writesAtOnce is how many answers of an app are written at the same time.
	writesAtOnce = 8
	// spoolAfter is how long an answer may wait for the archive before it goes to the spool.
	spoolAfter = time.Second
)

// writer writes the answers and the state of one app to the archive, in a goroutine beside that of
// the app, which it never keeps waiting. What cannot be written is tried again.
type writer struct {
	shared *shared
	appid  string
	log    *slog.Logger
	access *access
	others *others

	spooling sync.Mutex // held while the spool is written

	mu      sync.Mutex
	pending []*pendingAnswer // the oldest first
	state   *State           // to be written after them, or nil
	failing bool             // the last attempt failed
	running bool
	ended   chan struct{} // closed when nothing is being written
}

// pendingAnswer is an answer that the archive does not have yet.
type pendingAnswer struct {
	key      AnswerKey
	packed   []byte // empty if it is unloaded
	unloaded bool   // only the spool has it
	spooled  bool
	archived bool
}

func newWriter(shared *shared, appid string, others *others, log *slog.Logger) *writer {
	return &writer{
		shared: shared, appid: appid, access: newAccess(shared), others: others, log: log,
		ended: shared.closed,
	}
}

// adopt begins to write the answers that an earlier process left in the spool.
func (w *writer) adopt(keys []AnswerKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range keys {
		w.pending = append(w.pending, &pendingAnswer{key: key, spooled: true, unloaded: true})
	}
	w.pend(len(keys))
	w.start()
}

// saveAnswer archives an answer. It does so even if the program stops: an answer that has arrived
// is kept.
func (w *writer) saveAnswer(key AnswerKey, requested time.Time, answer []byte) {
	packed, err := w.shared.Archive.Pack(requested, answer)
	if err != nil { // a bug: packing accesses nothing
		w.log.Error("answer cannot be archived", "window", key.Asked(), "error", err)
		return
	}
	added := &pendingAnswer{key: key, packed: packed}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, added)
	w.pend(1)
	w.trim()
	if w.shared.Spool != nil {
		wait := spoolAfter
		if w.failing {
			wait = 0
		}
		time.AfterFunc(wait, func() { w.secure(added) })
	}
	w.start()
}

// saveState archives what is known of the app, after the answers that it refers to.
func (w *writer) saveState(state State) {
	state = state.withoutNumbers()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = &state
	w.start()
}

// trim frees the oldest of too many answers that wait in memory: they are lost unless the spool
// has them. w.mu is held.
func (w *writer) trim() {
	inMemory := 0
	for _, answer := range w.pending {
		if !answer.unloaded {
			inMemory++
		}
	}
	var lost []*pendingAnswer
	for _, answer := range w.pending {
		if inMemory <= maxPending*len(w.shared.Datasets) {
			break
		}
		if answer.unloaded {
			continue
		}
		inMemory--
		if answer.spooled {
			answer.packed, answer.unloaded = nil, true
		} else {
			lost = append(lost, answer)
		}
	}
	w.lose(lost)
}

// lose removes answers that are lost. w.mu is held.
func (w *writer) lose(lost []*pendingAnswer) {
	for _, answer := range lost {
		w.remove(answer)
	}
	w.shared.health.lose(w.appid, lost)
}

// remove removes an answer from those that are pending. w.mu is held.
func (w *writer) remove(answer *pendingAnswer) {
	if i := slices.Index(w.pending, answer); i >= 0 {
		w.pending = slices.Delete(w.pending, i, i+1)
		w.pend(-1)
	}
}

// start starts the goroutine that writes, if it does not run. w.mu is held.
func (w *writer) start() {
	if w.running {
		return
	}
	w.running, w.ended = true, make(chan struct{})
	w.shared.running.Go(w.run)
}

// done returns a channel that is closed when nothing is being written.
func (w *writer) done() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended
}

// run writes until nothing is left, or until the program has ended and the last attempt failed.
func (w *writer) run() {
	program := w.shared.program
	defer context.AfterFunc(program, w.secureAll)()
	for {
		last := program.Err() != nil
		err := w.writeAll(w.shared.deadline)
		if err == nil || w.shared.deadline.Err() == nil { // afterwards it is the end that interrupts it
			w.shared.health.set(w.appid, archiveWrites, err)
		}
		if w.ends(err, last) {
			return
		}
		if err == nil {
			continue
		}
		w.secureAll()
		pause := archiveRetry
		if throttled, ok := errors.AsType[*Throttled](err); ok {
			pause = max(pause, throttled.Pause)
		}
		sleep(program, pause) // the end of the program is a reason to try at once
	}
}

// ends reports whether there is nothing left to be written, or whether what is left cannot be
// written because the program ends. It says so to those who wait.
func (w *writer) ends(err error, last bool) bool {
	if err != nil && last {
		w.secureAll()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failing = err != nil
	switch {
	case len(w.pending) == 0 && w.state == nil:
		w.pending = nil
	case err != nil && last:
		w.giveUp()
	default:
		return false
	}
	w.running = false
	close(w.ended)
	w.ended = w.shared.closed // the other one takes memory
	return true
}

// giveUp records that what is pending is lost, unless the spool has it. w.mu is held.
func (w *writer) giveUp() {
	lost := slices.DeleteFunc(slices.Clone(w.pending), func(a *pendingAnswer) bool { return a.spooled })
	w.lose(lost)
	if kept := len(w.pending); kept > 0 {
		w.log.Debug("answers that the archive has not taken are in the spool; they are sent at the next start", "answers", kept)
	}
	w.pend(-len(w.pending))
	w.pending, w.state = nil, nil
}

// writeAll writes what is pending, and stops after a failure. After one, the first answer shows
// whether the archive works again.
func (w *writer) writeAll(ctx context.Context) error {
	atOnce := writesAtOnce
	w.mu.Lock()
	if w.failing {
		atOnce = 1
	}
	w.mu.Unlock()
	for {
		w.mu.Lock()
		batch := slices.Clone(w.pending[:min(atOnce, len(w.pending))])
		state := w.state
		w.mu.Unlock()
		switch {
		case len(batch) > 0:
			if err := w.writeAnswers(ctx, batch); err != nil {
				return err
			}
			atOnce = writesAtOnce
		case state == nil:
			return nil
		default:
			if err := w.writeState(ctx, *state); err != nil {
				return err
			}
			w.mu.Lock()
			if w.state == state {
				w.state = nil
			}
			w.mu.Unlock()
		}
	}
}

// writeAnswers writes some answers at the same time.
func (w *writer) writeAnswers(ctx context.Context, answers []*pendingAnswer) (err error) {
	failures := make([]error, len(answers))
	var writing sync.WaitGroup
	for i, answer := range answers {
		writing.Go(func() { failures[i] = w.writeAnswer(ctx, answer) })
	}
	writing.Wait()
	if i := slices.IndexFunc(failures, func(err error) bool { return err != nil }); i >= 0 {
		return failures[i]
	}
	return nil
}

func (w *writer) writeAnswer(ctx context.Context, answer *pendingAnswer) error {
	w.mu.Lock()
	packed, unloaded := answer.packed, answer.unloaded
	w.mu.Unlock()
	if unloaded {
		var err error
		if packed, err = w.shared.Spool.Answer(w.appid, answer.key); err != nil {
			w.log.Warn("an answer in the spool cannot be read; it stays there", "window", answer.key.Asked(), "error", err)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.remove(answer)
			return nil
		}
	}
	err := w.access.do(ctx, answer.key.name(), func(ctx context.Context) error {
		return w.shared.Archive.SaveAnswer(ctx, w.appid, answer.key, packed)
	})
	w.shared.Metrics.ArchiveWritten(err)
	if err == nil {
		w.taken(answer)
	}
	return err
}

// taken removes an answer that the archive has taken.
func (w *writer) taken(answer *pendingAnswer) {
	w.spooling.Lock()
	defer w.spooling.Unlock()
	w.mu.Lock()
	answer.archived = true
	w.remove(answer)
	w.mu.Unlock()
	if answer.spooled {
		if err := w.shared.Spool.Remove(w.appid, answer.key); err != nil {
			w.log.Warn("an answer that is archived cannot be removed from the spool; it is sent again at the next start", "window", answer.key.Asked(), "error", err)
		}
	}
}

// writeState replaces the archived state by one that knows all that the archived one did.
func (w *writer) writeState(ctx context.Context, state State) error {
	err := w.access.do(ctx, "state", func(ctx context.Context) error {
		archived, err := w.shared.Archive.State(ctx, w.appid)
		if err != nil {
			return fmt.Errorf("read the archived state before it is replaced: %w", err)
		}
		w.others.read(archived)
		merged := state.merge(archived).current(time.Now())
		w.others.writing(merged)
		return w.shared.Archive.SaveState(ctx, w.appid, merged)
	})
	w.shared.Metrics.ArchiveWritten(err)
	return err
}

// secureAll puts all that is pending into the spool.
func (w *writer) secureAll() {
	if w.shared.Spool == nil {
		return
	}
	w.mu.Lock()
	pending := slices.Clone(w.pending)
	w.mu.Unlock()
	for _, answer := range pending {
		w.secure(answer)
	}
}

// secure puts an answer that is not archived into the spool.
func (w *writer) secure(answer *pendingAnswer) {
	w.spooling.Lock()
	defer w.spooling.Unlock()
	w.mu.Lock()
	packed, needed := answer.packed, !answer.archived && !answer.spooled
	w.mu.Unlock()
	if !needed {
		return
	}
	err := w.shared.Spool.Save(w.appid, answer.key, packed)
	w.shared.health.spooled(w.appid, err)
	if err == nil {
		w.mu.Lock()
		answer.spooled = true
		w.mu.Unlock()
	}
}

// pend changes the number of answers that are pending.
func (w *writer) pend(answers int) {
	w.shared.Metrics.ArchivePending(answers)
	w.shared.health.pend(answers)
}
