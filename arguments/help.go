package arguments

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// width is how many columns a line of the help has at most.
const width = 100

// Summaries returns a line for each command.
func (p Program) Summaries() string {
	var rows [][2]string
	for _, c := range p.Commands {
		rows = append(rows, [2]string{c.usage(), c.Summary})
	}
	return columns(rows)
}

// WriteHelp writes what a command does, and its arguments.
func (c Command) WriteHelp(w io.Writer) error {
	set, _ := c.define()
	rows := append(set.rows(), [2]string{"--help", "print this text"})
	text := c.About + "\nUsage: wxapp_exporter " + c.usage() + "\n\n" + columns(rows)
	if c.Notes != "" {
		text += "\n" + c.Notes
	}
	_, err := io.WriteString(w, text)
	return err
}

// usage returns how the command is written: its name and its arguments.
func (c Command) usage() string {
	set, _ := c.define()
	words := []string{c.Name}
	if set.choice != nil {
		words = append(words, set.choice.name)
	}
	rows := set.rows()
	if len(rows) > 2 {
		return strings.Join(append(words, "[ARGUMENTS]"), " ")
	}
	for _, row := range rows {
		words = append(words, "["+row[0]+"]")
	}
	return strings.Join(words, " ")
}

// rows returns how each argument with a name is written, and what it means.
func (s *Set) rows() [][2]string {
	var rows [][2]string
	s.flags.VisitAll(func(f *pflag.Flag) {
		rows = append(rows, [2]string{strings.TrimSpace("--" + f.Name + " " + valueOf(f)), f.Usage})
	})
	return rows
}

// valueOf returns the name of the value of an argument; empty for a switch.
func valueOf(f *pflag.Flag) string {
	if f.NoOptDefVal != "" {
		return ""
	}
	return f.Value.Type()
}

// columns writes rows of two cells, the second one wrapped.
func columns(rows [][2]string) string {
	first := 0
	for _, row := range rows {
		first = max(first, len(row[0]))
	}
	const margin, gap = 2, 2
	var text strings.Builder
	for _, row := range rows {
		for i, line := range Wrap(row[1], width-margin-first-gap) {
			if i > 0 {
				row[0] = ""
			}
			fmt.Fprintf(&text, "%*s%-*s%*s%s\n", margin, "", first, row[0], gap, "", line)
		}
	}
	return text.String()
}

// Wrap breaks a text between words into lines of at most that many bytes. A longer word
// gets a line of its own.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
