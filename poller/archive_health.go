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

// pendingAnswer is an answer that waits for an archive that cannot be written.
type pendingAnswer struct {
	key    AnswerKey
	packed []byte
}

// archiveHealth knows, for all apps together, whether the archive works and which answers
// are lost.
type archiveHealth struct {
	log *slog.Logger

	mu      sync.Mutex
	broken  map[string]bool // apps whose last read or write failed
	failure error           // of the last one that failed
	pending int             // answers that wait
	answers int             // the number of lost ones
	days    map[string]bool
	apps    map[string]bool
}

// set records whether an access to the archive of an app failed; what is "read" or
// "written". It logs when the first app fails and when no app fails any more.
func (h *archiveHealth) set(appid, what string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.failure = err
	}
	switch {
	case err != nil && !h.broken[appid]:
		if len(h.broken) == 0 {
			h.broken = map[string]bool{}
			h.log.Warn("archive "+what+" failed; answers are kept in memory and retried every 30 s, but a crash would lose them",
				"appid", appid, "error", err, "remedy", "fix the archive; no restart is needed")
		}
		h.broken[appid] = true
	case err == nil && h.broken[appid]:
		delete(h.broken, appid)
		if len(h.broken) == 0 {
			h.log.Info("archive " + what + " works again")
		}
	}
}

// lose records answers that are lost.
func (h *archiveHealth) lose(appid string, answers []pendingAnswer) {
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
	status := collector.ArchiveStatus{Apps: len(h.broken), Pending: h.pending, Lost: h.answers}
	if status.Apps > 0 {
		status.Failure = h.failure.Error()
	}
	return status
}
