//go:build unix

package systemtest

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// victim names the part that this program runs in a process of its own, to be killed.
const victim = "SYSTEMTEST_VICTIM"

func TestMain(m *testing.M) {
	part := os.Getenv(victim)
	if part == "" {
		os.Exit(m.Run())
	}
	if err := map[string]func() error{"export": exportToBeKilled, "backfill": backfillToBeKilled}[part](); err != nil {
		panic(err)
	}
}

// kills is how often a part is killed.
func kills() int {
	if os.Getenv("TEST_SIZE") == "full" {
		return 500
	}
	return 50
}

// newRandom returns random numbers from a seed that it logs.
func newRandom(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// moment is when a part is killed: some time after it has written so many lines. So it gets as far
// on a busy machine as on another one.
type moment struct {
	lines int
	after time.Duration
}

// never lets a part run to its end.
func never() moment { return moment{lines: math.MaxInt} }

// newMoment returns a random moment up to one.
func newMoment(random *rand.Rand, latest moment) moment {
	return moment{random.IntN(latest.lines + 1), time.Duration(random.Int64N(int64(latest.after)))}
}

// begun is the first line of a part, and no answer to anything: what comes before is the start of
// the process.
const begun = "begun"

// runAndKill runs a part in a process of its own and kills it at a moment, unless it ends before. It
// returns the lines that the part wrote after it had begun, and whether it was killed.
func runAndKill(t *testing.T, part string, at moment, environment ...string) (lines []string, killed bool) {
	t.Helper()
	process := exec.Command(os.Args[0]) //nolint:noctx // killed below, or it ends
	process.Env = append(append(os.Environ(), victim+"="+part), environment...)
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	for scanner := bufio.NewScanner(output); scanner.Scan(); {
		if scanner.Text() != begun {
			lines = append(lines, scanner.Text())
		}
		if len(lines) == at.lines {
			at.lines = math.MaxInt
			defer time.AfterFunc(at.after, func() { _ = process.Process.Kill() }).Stop()
		}
	}
	err = process.Wait()
	killed = strings.Contains(process.ProcessState.String(), "killed")
	if err != nil && !killed {
		t.Fatalf("the %s ended by itself: %v", part, err)
	}
	return lines, killed
}

// say writes a line for the process that kills this one.
func say(text string) { _, _ = fmt.Fprintln(os.Stdout, text) }
