//go:build !race

package poller_test

const simulatedDays = 365
