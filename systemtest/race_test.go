//go:build race

package systemtest

// With the race detector, which is ten times slower, TestThousandApps has fewer apps and
// TestSoak fewer apps and days. Make runs both without it.
const (
	fleet    = 30
	soakApps = 4
	soakDays = 6
)
