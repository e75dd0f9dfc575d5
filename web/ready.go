package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// readyAtLast is how long after its start the exporter is ready at the latest.
const readyAtLast = 5 * time.Minute

// What the answer of /-/ready lists at most.
const (
	mostMissing    = 20  // apps
	longestMissing = 300 // characters of the line of an app
	longestName    = 40  // characters of its name
)

// readiness says whether the exporter is ready. Once it is, it stays ready.
type readiness struct {
	began time.Time
	first map[string]bool // the appids that were configured at the start
	was   atomic.Bool
}

func (s *Site) startReadiness() {
	s.readiness.began, s.readiness.first = s.now(), map[string]bool{}
	for _, app := range s.Apps() {
		s.readiness.first[app.ID] = true
	}
}

// ready answers 503 until every app that is configured since the start has data or a known
// reason for having none, or readyAtLast has passed. The answer lists what is missing, also
// of the apps that were added later.
func (s *Site) ready(w http.ResponseWriter, _ *http.Request) {
	var awaited, others []string // a line for every app of which something is missing
	apps := s.Apps()
	for _, app := range apps {
		snapshot := s.Store.Snapshot(app.ID)
		lacking := missing(snapshot, s.now())
		if lacking == "" {
			continue
		}
		line := missingLine(app, lacking)
		if s.readiness.first[app.ID] && !isKnown(snapshot, s.now()) {
			awaited = append(awaited, line)
		} else {
			others = append(others, line)
		}
	}
	late := s.now().Sub(s.readiness.began) >= readyAtLast
	if len(awaited) == 0 || late {
		s.readiness.was.Store(true)
	}
	status, sentence := http.StatusOK, "The exporter is ready."
	waiting := fmt.Sprintf("the first poll of %s of %s apps has not finished", text.Grouped(int64(len(awaited))), text.Grouped(int64(len(apps))))
	switch {
	case !s.readiness.was.Load():
		status, sentence = http.StatusServiceUnavailable, "The exporter is not ready: "+waiting+"."
	case len(awaited) > 0:
		sentence = fmt.Sprintf("The exporter is ready: %s, but it waits for at most %.0f minutes.", waiting, readyAtLast.Minutes())
	}
	if shard := s.shardText(); shard != (text.Both{}) {
		sentence += " It is " + shard.English + "."
	}
	lines := slices.Concat(awaited, others)
	if len(lines) > mostMissing {
		more := fmt.Sprintf("and %s more, see the status page", text.Grouped(int64(len(lines)-mostMissing)))
		lines = append(lines[:mostMissing], more)
	}
	answer(w, status, strings.Join(append([]string{sentence}, lines...), "\n"))
}

// isKnown reports whether an app has data or a known reason for having none.
func isKnown(s *collector.Snapshot, now time.Time) bool {
	return s != nil && (s.HasData() || s.Status != collector.StatusUnknown || s.AsksLater(now))
}

// missing says in words which numbers of an app are missing, and why. It is empty when none
// are.
func missing(s *collector.Snapshot, now time.Time) string {
	if !isKnown(s, now) {
		return "the first poll has not finished"
	}
	var parts []string
	for _, dataset := range s.Leading() {
		held := map[string]bool{}
		for _, window := range dataset.Held {
			held[window.Series] = true
			if window.Withdrawn {
				parts = append(parts, seriesName(dataset, window.Series, text.English)+": the numbers of "+window.End.DateOnly()+" are too old to be shown")
			}
		}
		for _, question := range dataset.Asked {
			if !held[question.Series] {
				parts = append(parts, seriesName(dataset, question.Series, text.English)+": "+outcomeText(question).English)
			}
		}
	}
	switch {
	case len(parts) == 0 && s.HasData():
		return ""
	case len(s.Failures) > 0:
		failure := s.Failures[0]
		parts = append(parts, failure.Error(), failure.RemedyIn(text.English))
	case len(parts) == 0:
		return "WeChat has published no numbers yet"
	}
	return strings.Join(parts, "; ")
}

// missingLine returns what is missing of an app as one line of bounded length.
func missingLine(app collector.App, text string) string {
	name := app.ID
	if app.Name != app.ID {
		name += " (" + visible(cut(app.Name, longestName)) + ")"
	}
	return cut(name+": "+visible(cut(text, longestMissing)), longestMissing)
}

// cut shortens a text to a number of characters.
func cut(text string, most int) string {
	if characters := []rune(text); len(characters) > most {
		return string(characters[:most-1]) + "…"
	}
	return text
}
