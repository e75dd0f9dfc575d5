package poller_test

import "os"

// isFull reports whether tests are to be as large as they can be.
func isFull() bool { return os.Getenv("TEST_SIZE") == "full" }

// simulatedDays is how long the tests of a year run: some weeks, which find most, unless
// TEST_SIZE is full.
func simulatedDays() int {
	if isFull() {
		return 365
	}
	return 45
}
