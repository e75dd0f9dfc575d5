package main

import (
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// TestManPage checks that the manual page of the packages is up to date: it says what help
// says. UPDATE_GOLDEN=1 rewrites it.
func TestManPage(t *testing.T) {
	page, err := manPage()
	if err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "deploy/packages/wxapp_exporter.1", page)
}

func manPage() (string, error) {
	var page strings.Builder
	page.WriteString(`.TH WXAPP_EXPORTER 1
.SH NAME
wxapp_exporter \- Prometheus exporter for WeChat Mini Programs
.SH SYNOPSIS
.B wxapp_exporter
.RI [ COMMAND ]
.SH DESCRIPTION
Fetches the user statistics of your WeChat Mini Programs every day and exposes them to Prometheus or
pushes them to any OpenTelemetry backend. Settings are environment variables.
.SH COMMANDS
`)
	for _, command := range program().Commands {
		page.WriteString(".SS " + command.Name + "\n.nf\n")
		var help strings.Builder
		if err := command.WriteHelp(&help); err != nil {
			return "", err
		}
		page.WriteString(roff(help.String()) + ".fi\n")
	}
	page.WriteString(`.SH ENVIRONMENT
An empty variable counts as not set, unless stated otherwise. Each OTEL_EXPORTER_OTLP_* also has a form
OTEL_EXPORTER_OTLP_METRICS_*, which takes precedence.
`)
	for _, setting := range config.Settings() {
		meaning := setting.English
		if setting.Default != "" {
			meaning += " Default: " + setting.Default + "."
		}
		page.WriteString(".TP\n.B " + setting.Name + "\n" + roff(meaning+"\n"))
	}
	page.WriteString(`.SH FILES
.TP
.I /etc/default/wxapp\-exporter
The settings of the service of the deb and rpm packages.
.TP
.I /etc/wxapp\-exporter
Its secret, and the apps file if there is one.
.TP
.I /var/lib/wxapp\-exporter
Its archive: the only record of past days.
.SH SEE ALSO
https://github.com/wxapp\-exporter/wxapp_exporter
`)
	return page.String(), nil
}

// roff returns a text of whole lines as the source of a manual page, in which a backslash, a
// hyphen and a line that begins with a dot or an apostrophe mean something else.
func roff(text string) string {
	var source strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			source.WriteString(`\&`)
		}
		source.WriteString(strings.NewReplacer(`\`, `\e`, `-`, `\-`).Replace(line))
	}
	return source.String()
}
