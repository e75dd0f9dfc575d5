package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

const usage = `wxapp_exporter asks WeChat once a day who the users of your Mini Programs are, and exports the
numbers to Prometheus or to any OpenTelemetry backend.

Usage: wxapp_exporter [command]

Commands:
`

// writeHelp writes how to use the program: its commands and all settings, in lines of at
// most 100 columns.
func writeHelp(w io.Writer) error {
	var text strings.Builder
	text.WriteString(usage)
	writeCommands(&text, commands())
	config.WriteHelp(&text)
	_, err := io.WriteString(w, text.String())
	return err
}

func writeCommands(text *strings.Builder, table []command) {
	width := 0
	for _, c := range table {
		width = max(width, len(c.usage()))
	}
	for _, c := range table {
		fmt.Fprintf(text, "  %-*s  %s\n", width, c.usage(), c.text)
	}
}

// usage returns how the command is written: its name and its arguments.
func (c command) usage() string { return strings.TrimSpace(c.name + " " + c.arguments) }
