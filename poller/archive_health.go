package poller

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// archiveUse is a way to use the archive.
type archiveUse string

const (
	archiveReads  archiveUse = "read"
	archiveWrites archiveUse = "write"
)

// archiveHealth knows, for all apps together, whether the archive works and which answers
// are lost.
type archiveHealth struct {
	log   *slog.Logger
	spool bool // there is one

	mu      sync.Mutex
	broken  map[archiveUse]map[string]bool // apps whose last read or write failed
	full    bool                           // the spool failed
	failure error                          // of the last read or write that failed
	pending int                            // answers that wait
	answers int                            // the number of lost ones
	days    map[string]bool
	apps    map[string]bool
}

func newArchiveHealth(log *slog.Logger, spool bool) *archiveHealth {
	return &archiveHealth{
		log: log, spool: spool,
		broken: map[archiveUse]map[string]bool{archiveReads: {}, archiveWrites: {}},
	}
}

// set records whether an access to the archive of an app failed. It logs when the first app fails
// and when no app fails any more.
func (h *archiveHealth) set(appid string, use archiveUse, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	worked := h.works()
	if err != nil {
		h.failure = err
		h.broken[use][appid] = true
	} else {
		delete(h.broken[use], appid)
	}
	switch works := h.works(); {
	case worked && !works:
		kept := "kept in memory, where a crash would lose them"
		if h.spool {
			kept = "kept in the spool"
		}
		h.log.Warn("archive "+string(use)+" failed; what cannot be read is not shown, and answers that cannot be written are "+kept,
			"appid", appid, "error", err, "remedy", "fix the archive; no restart is needed, because it is retried")
	case !worked && works:
		h.log.Info("the archive works again")
	}
}

// works reports whether no app fails.
func (h *archiveHealth) works() bool {
	return len(h.broken[archiveReads])+len(h.broken[archiveWrites]) == 0
}

// failing returns how many apps there are whose last read or write failed.
func (h *archiveHealth) failing() (apps int) {
	apps = len(h.broken[archiveReads])
	for appid := range h.broken[archiveWrites] {
		if !h.broken[archiveReads][appid] {
			apps++
		}
	}
	return apps
}

// spooled records whether an answer could be put into the spool. It logs the first failure.
func (h *archiveHealth) spooled(appid string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil && !h.full {
		h.log.Warn("the spool takes no more answers; they are kept in memory, and a crash would lose them",
			"appid", appid, "error", err, "remedy", "fix the archive, or make room for the spool; no restart is needed")
	}
	h.full = err != nil
}

// lose records answers that are lost.
func (h *archiveHealth) lose(appid string, answers []*pendingAnswer) {
	if len(answers) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.days == nil {
		h.days, h.apps = map[string]bool{}, map[string]bool{}
	}
	var windows []string
	for _, answer := range answers {
		h.answers++
		h.days[answer.key.Window.End.String()] = true
		h.apps[appid] = true
		windows = append(windows, answer.key.Asked())
	}
	h.log.Error("answers are lost because the archive could not be written", "appid", appid,
		"answers", len(answers), "windows", strings.Join(windows, " "))
}

// lost returns an error that says what was lost, or nil.
func (h *archiveHealth) lost() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answers == 0 {
		return nil
	}
	var days []string
	for day := range h.days {
		days = append(days, day)
	}
	slices.Sort(days)
	return fmt.Errorf("%w: answers: %d, apps: %d, last days of their windows: %s", errLost, h.answers, len(h.apps), strings.Join(days, " "))
}

// pend changes the number of answers that wait.
func (h *archiveHealth) pend(answers int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pending += answers
}

// errLost is the error of Run when answers were lost.
var errLost = errors.New("answers are lost because the archive could not be written")

// status returns whether the archive works.
func (h *archiveHealth) status() collector.ArchiveStatus {
	h.mu.Lock()
	defer h.mu.Unlock()
	status := collector.ArchiveStatus{Apps: h.failing(), Lost: h.answers, Spooled: h.spool && !h.full}
	if status.Apps > 0 { // otherwise those that wait are just being written
		status.Failure, status.Pending = h.failure.Error(), h.pending
	}
	return status
}
