package config

import (
	"fmt"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
)

const usageSettings = `
Settings are environment variables. An empty variable counts as not set, unless stated otherwise.

`

const usageOTLP = `
There are two ways to get the numbers into Prometheus: Prometheus scrapes /metrics, or the exporter
pushes the same series over OTLP, the protocol of OpenTelemetry, to a Collector or a backend.
Choose one per Prometheus, or it stores every series twice. The push uses OpenTelemetry's standard
variables. Each OTEL_EXPORTER_OTLP_* also has a form OTEL_EXPORTER_OTLP_METRICS_*, which takes
precedence.

`

// WriteHelp writes all settings with their defaults and meanings, in lines of at most 100
// columns.
func WriteHelp(text *strings.Builder) {
	text.WriteString(usageSettings)
	writeSetting(text, Setting{Name: "VARIABLE", Default: "DEFAULT", English: "MEANING"})
	otlp := false
	for _, setting := range Settings() {
		if !otlp && strings.HasPrefix(setting.Name, "OTEL_") {
			text.WriteString(usageOTLP)
			otlp = true
		}
		writeSetting(text, setting)
	}
}

// writeSetting writes a row of the table of settings. A long name gets a line of its own.
func writeSetting(text *strings.Builder, setting Setting) {
	const nameWidth, defaultWidth, meaningWidth = 22, 26, 48
	row := func(cells ...any) {
		line := fmt.Sprintf("  %-*s %-*s %s", cells...)
		text.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	name, byDefault := setting.Name, setting.Default
	if len(name) > nameWidth {
		row(nameWidth, name, 0, "", "")
		name = ""
	}
	for _, line := range arguments.Wrap(setting.English, meaningWidth) {
		row(nameWidth, name, defaultWidth, byDefault, line)
		name, byDefault = "", ""
	}
}
