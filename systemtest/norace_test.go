//go:build !race

package systemtest

const (
	fleet    = 1000 // apps of TestThousandApps
	soakApps = 50
	soakDays = 30 // unless SOAK_DAYS says otherwise
)
