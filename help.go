package main

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

const usage = `wxapp_exporter asks WeChat once a day who the users of your Mini Programs are, and hands the
answer to Prometheus.

Usage: wxapp_exporter [command]

Commands:
  serve        run the exporter; the default without a command
  demo         run the same exporter against a simulated WeChat: no account, no network
  healthcheck  exit with 0 when the exporter on this machine is alive, for container images
  version      print the version
  help         print this text

Settings are environment variables. An empty one counts as not set, except where it says so.

`

// writeHelp writes how the program is used: its commands and all settings, in lines
// of at most 100 columns.
func writeHelp(w io.Writer) error {
	const nameWidth, defaultWidth, meaningWidth = 22, 26, 48
	var text strings.Builder
	text.WriteString(usage)
	row := func(name, byDefault, meaning string) {
		line := fmt.Sprintf("  %-*s %-*s %s", nameWidth, name, defaultWidth, byDefault, meaning)
		text.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	row("VARIABLE", "DEFAULT", "MEANING")
	for field := range reflect.TypeFor[settings]().Fields() {
		name, byDefault := field.Tag.Get("envconfig"), field.Tag.Get("default")
		for _, line := range wrap(field.Tag.Get("desc"), meaningWidth) {
			row(name, byDefault, line)
			name, byDefault = "", ""
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// wrap breaks a text between words into lines of at most that many bytes. A longer
// word has a line of its own.
func wrap(text string, width int) []string {
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
