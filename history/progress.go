package history

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Progress tells how far an export is.
type Progress struct {
	Done, Total int   // slices; those that were there already count as done
	Written     int   // slices
	Samples     int64 // written
}

// String returns the progress as a few words.
func (p Progress) String() string {
	return fmt.Sprintf("%d of %d slices, %d samples", p.Done, p.Total, p.Samples)
}

// ProgressLine shows on a terminal how far a command is. In a pipe or a file only warnings
// are written.
type ProgressLine struct {
	w        io.Writer
	terminal bool
	began    time.Time
	shown    bool
}

// NewProgressLine returns a line on w, which is standard error.
func NewProgressLine(w io.Writer) *ProgressLine {
	file, isFile := w.(*os.File)
	return &ProgressLine{w: w, terminal: isFile && term.IsTerminal(int(file.Fd())), began: time.Now()}
}

// clearLine moves to the begin of a terminal's line and clears it.
const clearLine = "\r\x1b[K"

// Show replaces the line by how far an export is.
func (l *ProgressLine) Show(p Progress) { l.show(p.String() + left(p, time.Since(l.began))) }

// ShowBackfill replaces the line by how far a backfill is.
func (l *ProgressLine) ShowBackfill(p BackfillProgress) { l.show(p.String()) }

func (l *ProgressLine) show(text string) {
	if !l.terminal {
		return
	}
	l.shown = true
	_, _ = fmt.Fprint(l.w, clearLine, text)
}

// left returns how much time is left, as a part of a sentence.
func left(p Progress, passed time.Duration) string {
	if p.Written == 0 || p.Done == p.Total {
		return ""
	}
	rest := passed / time.Duration(p.Written) * time.Duration(p.Total-p.Done)
	return fmt.Sprintf(", %s left", rest.Round(time.Second))
}

// Warn writes a warning above the line.
func (l *ProgressLine) Warn(text string) {
	if l.shown {
		_, _ = fmt.Fprint(l.w, clearLine)
	}
	_, _ = fmt.Fprintln(l.w, "wxapp_exporter: warning:", text)
}

// End leaves the last progress on the screen.
func (l *ProgressLine) End() {
	if l.shown {
		_, _ = fmt.Fprintln(l.w)
	}
}
