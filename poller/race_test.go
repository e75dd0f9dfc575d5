//go:build race

package poller_test

// simulatedDays is shorter with the race detector, which is ten times slower and finds
// what it finds within weeks. Make runs the whole year without it.
const simulatedDays = 45
