package pollertest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Archive is an archive in memory. States are stored as JSON, as on a disk. The zero
// Archive is empty and ready to use.
type Archive struct {
	mu            sync.Mutex
	states        map[string][]byte
	answers       map[string]map[poller.AnswerKey][]byte
	reads, writes error // what every read and write fails with
	hangs         func(appid string) bool
	release       chan struct{} // closed to end what hangs
	reading       int           // answers that were read
	interfere     func(ctx context.Context, use Use) error
}

// Use is an access to an Archive.
type Use struct {
	Kind  string // list, answer, save, state or save state
	AppID string
	Key   poller.AnswerKey // of an answer
}

// Writes reports whether the access changes the archive.
func (u Use) Writes() bool { return u.Kind == "save" || u.Kind == "save state" }

// Interfere calls f before every access from now on, which may wait, and fails if f does. Nil ends
// that.
func (m *Archive) Interfere(f func(ctx context.Context, use Use) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.interfere = f
}

// Wait waits, as a slow archive does, unless the context ends.
func Wait(ctx context.Context, pause time.Duration) error {
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// BreakWrites makes every write fail with err, or lets all succeed again.
func (m *Archive) BreakWrites(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writes = err
}

// BreakReads makes every read fail with err, or lets all succeed again.
func (m *Archive) BreakReads(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads = err
}

// Hang makes every access to the part of some apps hang, whatever the context says, as
// a dead mount does. The function that it returns ends that.
func (m *Archive) Hang(of func(appid string) bool) (release func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hangs, m.release = of, make(chan struct{})
	return sync.OnceFunc(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.hangs = nil
		close(m.release)
	})
}

// access waits while an app hangs.
func (m *Archive) access(ctx context.Context, use Use) error {
	m.mu.Lock()
	hangs, release, interfere := m.hangs, m.release, m.interfere
	m.mu.Unlock()
	if hangs != nil && hangs(use.AppID) {
		<-release
	}
	if interfere != nil {
		return interfere(ctx, use)
	}
	return nil
}

// List implements poller.Archive.
func (m *Archive) List(ctx context.Context, appid string, statistic wechat.Statistic, from wechat.Day) ([]poller.AnswerKey, error) {
	if err := m.access(ctx, Use{Kind: "list", AppID: appid}); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []poller.AnswerKey
	for key := range m.answers[appid] {
		if key.Series == statistic.Series() && !key.Window.End.Before(from) {
			keys = append(keys, key)
		}
	}
	return keys, m.reads
}

// Answer implements poller.Archive.
func (m *Archive) Answer(ctx context.Context, appid string, key poller.AnswerKey) ([]byte, error) {
	if err := m.access(ctx, Use{"answer", appid, key}); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reading++
	answer, ok := m.answers[appid][key]
	if m.reads != nil {
		return nil, m.reads
	}
	if !ok {
		return nil, fmt.Errorf("no answer for %s", key.Window)
	}
	return answer, nil
}

// Pack implements poller.Archive. It returns the answer as it is.
func (m *Archive) Pack(_ time.Time, answer []byte) ([]byte, error) { return slices.Clone(answer), nil }

// Unpack implements poller.Archive. It returns the answer as it is.
func (m *Archive) Unpack(packed []byte) ([]byte, error) { return packed, nil }

// SaveAnswer implements poller.Archive.
func (m *Archive) SaveAnswer(ctx context.Context, appid string, key poller.AnswerKey, packed []byte) error {
	if err := m.access(ctx, Use{"save", appid, key}); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.writes != nil {
		return m.writes
	}
	if m.answers == nil {
		m.answers = map[string]map[poller.AnswerKey][]byte{}
	}
	if m.answers[appid] == nil {
		m.answers[appid] = map[poller.AnswerKey][]byte{}
	}
	key.Answered = key.Answered.Round(0).UTC() // as a time that is read from a name
	m.answers[appid][key] = packed
	return nil
}

// State implements poller.Archive.
func (m *Archive) State(ctx context.Context, appid string) (state poller.State, err error) {
	if err := m.access(ctx, Use{Kind: "state", AppID: appid}); err != nil {
		return state, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if content, ok := m.states[appid]; ok && m.reads == nil {
		_ = json.Unmarshal(content, &state)
	}
	return state, m.reads
}

// SaveState implements poller.Archive.
func (m *Archive) SaveState(ctx context.Context, appid string, state poller.State) error {
	if err := m.access(ctx, Use{Kind: "save state", AppID: appid}); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.writes != nil {
		return m.writes
	}
	content, err := json.Marshal(state)
	if m.states == nil {
		m.states = map[string][]byte{}
	}
	m.states[appid] = content
	return err
}

// ReplaceState replaces the state of an app by bytes; nil removes it.
func (m *Archive) ReplaceState(appid string, content []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if content == nil {
		delete(m.states, appid)
		return
	}
	if m.states == nil {
		m.states = map[string][]byte{}
	}
	m.states[appid] = content
}

// Replace replaces every user portrait of an app for a window by bytes; nil removes them.
func (m *Archive) Replace(appid string, w wechat.Window, content []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.answers[appid] {
		switch {
		case key.Window != w || key.Series != w.Range.String():
		case content == nil:
			delete(m.answers[appid], key)
		default:
			m.answers[appid][key] = content
		}
	}
}

// Reads returns how many answers were read.
func (m *Archive) Reads() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reading
}

// Count returns the number of user portraits of an app for a window.
func (m *Archive) Count(appid string, w wechat.Window) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for key := range m.answers[appid] {
		if key.Window == w && key.Series == w.Range.String() {
			n++
		}
	}
	return n
}

// Answers returns the number of answers of an app.
func (m *Archive) Answers(appid string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.answers[appid])
}
