package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/history"
)

// progressLine shows on a terminal how far an export is. In a pipe or a file only warnings
// are written.
type progressLine struct {
	w        io.Writer
	terminal bool
	began    time.Time
	shown    bool
}

func newProgressLine(w io.Writer) *progressLine {
	return &progressLine{w: w, terminal: isTerminal(w), began: time.Now()}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// clearLine moves to the begin of a terminal's line and clears it.
const clearLine = "\r\x1b[K"

func (l *progressLine) show(p history.Progress) {
	if !l.terminal {
		return
	}
	l.shown = true
	_, _ = fmt.Fprint(l.w, clearLine, p, left(p, time.Since(l.began)))
}

// left returns how much time is left, as a part of a sentence.
func left(p history.Progress, passed time.Duration) string {
	if p.Written == 0 || p.Done == p.Total {
		return ""
	}
	rest := passed / time.Duration(p.Written) * time.Duration(p.Total-p.Done)
	return fmt.Sprintf(", %s left", rest.Round(time.Second))
}

func (l *progressLine) warn(text string) {
	if l.shown {
		_, _ = fmt.Fprint(l.w, clearLine)
	}
	_, _ = fmt.Fprintln(l.w, "wxapp_exporter: warning:", text)
}

// end leaves the last progress on the screen.
func (l *progressLine) end() {
	if l.shown {
		_, _ = fmt.Fprintln(l.w)
	}
}
