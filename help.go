package main

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

const usage = `wxapp_exporter asks WeChat once a day who the users of your Mini Programs are, and hands the
answer to Prometheus or to any OpenTelemetry backend.

Usage: wxapp_exporter [command]

Commands:
  serve        run the exporter; the default without a command
  demo         run the same exporter against a simulated WeChat: no account, no network
  healthcheck  exit with 0 when the exporter on this machine is alive, for container images
  version      print the version
  help         print this text

Settings are environment variables. An empty one counts as not set, except where it says so.

`

const usageOTLP = `
There are two ways for the numbers to Prometheus: Prometheus scrapes /metrics, or the exporter
pushes the same series by OTLP, the protocol of OpenTelemetry, to a Collector or to a backend.
Choose one per Prometheus, or it has every series twice. The push has OpenTelemetry's own
variables. Each OTEL_EXPORTER_OTLP_* has a form OTEL_EXPORTER_OTLP_METRICS_*, which wins.

`

// writeHelp writes how the program is used: its commands and all settings, in lines
// of at most 100 columns.
func writeHelp(w io.Writer) error {
	var text strings.Builder
	text.WriteString(usage)
	writeSetting(&text, "VARIABLE", "DEFAULT", "MEANING")
	for field := range reflect.TypeFor[settings]().Fields() {
		writeSetting(&text, field.Tag.Get("envconfig"), field.Tag.Get("default"), field.Tag.Get("desc"))
	}
	text.WriteString(usageOTLP)
	for _, setting := range otlpSettings() {
		writeSetting(&text, setting.name, setting.byDefault, setting.desc)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// writeSetting writes a row of the table of settings. A long name or default has a line
// of its own.
func writeSetting(text *strings.Builder, name, byDefault, meaning string) {
	const nameWidth, defaultWidth, meaningWidth = 22, 26, 48
	row := func(cells ...any) {
		line := fmt.Sprintf("  %-*s %-*s %s", cells...)
		text.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if len(name) > nameWidth {
		row(nameWidth, name, 0, "", "")
		name = ""
	}
	for _, line := range wrap(meaning, meaningWidth) {
		row(nameWidth, name, defaultWidth, byDefault, line)
		name, byDefault = "", ""
	}
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
