// Package dashboards tests the Grafana dashboards, the recording rules and the
// alerts in this folder. What is generated is written by package generate.
package dashboards

//go:generate go run ./generate
