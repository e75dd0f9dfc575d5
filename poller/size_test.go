package poller_test

import "os"

// simulatedDays is how long the tests of a year run: some weeks, which find most, unless
// TEST_SIZE is full.
func simulatedDays() int {
	if os.Getenv("TEST_SIZE") == "full" {
		return 365
	}
	return 45
}
