// Package consumers tests that what the exporter says arrives in the agents and backends that
// people run, series by series, and that what docs/consumers.md says of each is true.
//
// It is a module of its own, because it builds all these programs: the first run takes most of an
// hour. `make consumers` runs it.
package consumers
