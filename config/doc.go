// Package config reads the settings of the exporter: all environment variables, ours and
// those of OpenTelemetry, and the files that they name. settings.go has the one list of
// them; the other files parse what they are named after.
package config
