// Package progress shows on a terminal how far a command is.
package progress

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Line is the line of a terminal that shows how far a command is. In a pipe or a file only
// warnings and notes are written.
type Line struct {
	w        io.Writer
	terminal bool
	shown    bool
}

// NewLine returns a line on w, which is standard error.
func NewLine(w io.Writer) *Line {
	file, isFile := w.(*os.File)
	return &Line{w: w, terminal: isFile && term.IsTerminal(int(file.Fd()))}
}

// ClearLine moves to the begin of a terminal's line and clears it.
const ClearLine = "\r\x1b[K"

// Show replaces what the line shows.
func (l *Line) Show(text string) {
	if !l.terminal {
		return
	}
	l.shown = true
	_, _ = fmt.Fprint(l.w, ClearLine, text)
}

// Warn writes a warning above the line.
func (l *Line) Warn(text string) { l.Note("warning: " + text) }

// Note writes a text above the line, unless it is empty.
func (l *Line) Note(text string) {
	if text == "" {
		return
	}
	if l.shown {
		_, _ = fmt.Fprint(l.w, ClearLine)
	}
	_, _ = fmt.Fprintln(l.w, "wxapp_exporter:", text)
}

// End leaves what the line shows on the screen.
func (l *Line) End() {
	if l.shown {
		_, _ = fmt.Fprintln(l.w)
	}
}
