package systemtest

import "os"

// sized returns the size of a test: the small one, for every day, unless TEST_SIZE is full.
func sized(small, full int) int {
	if os.Getenv("TEST_SIZE") == "full" {
		return full
	}
	return small
}

func fleet() int       { return sized(30, 1000) } // apps of TestThousandApps
func waveOfApps() int  { return sized(50, 250) }  // four waves in TestThousandAppsComeAndGo
func shardedApps() int { return sized(60, 3000) }
func soakApps() int    { return sized(4, 50) }
func soakDays() int    { return sized(6, 30) } // unless SOAK_DAYS says otherwise
