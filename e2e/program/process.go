package program

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Output collects what a process writes, while it runs.
type Output struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write implements io.Writer.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(p)
}

// String returns what was written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.String()
}

// Process is a running program. It is stopped at the end of the test at the latest.
type Process struct {
	Name    string
	Command *exec.Cmd
	Output  Output        // standard output and error
	Ended   chan struct{} // closed at its end
}

// Patient is the setting of an exporter that gets all the time to stop that a busy machine may need.
const Patient = "WXAPP_STOP_TIMEOUT=30s"

// Start runs a program in a folder of its own, with env as its whole environment.
func Start(t *testing.T, binary string, env []string, args ...string) *Process {
	t.Helper()
	command := exec.Command(binary, args...) //nolint:noctx,gosec // stopped by a signal; tests choose what they run
	command.Dir = t.TempDir()
	command.Env = append([]string{
		"PATH=" + Folder,
		"GORACE=atexit_sleep_ms=0", // or it would sleep for a second before it exits
		Patient,
	}, env...)
	return Launch(t, filepath.Base(binary), command)
}

// Launch runs a command that has all but its output.
func Launch(t *testing.T, name string, command *exec.Cmd) *Process {
	t.Helper()
	p := &Process{Name: name, Command: command, Ended: make(chan struct{})}
	p.Command.Stdout, p.Command.Stderr = &p.Output, &p.Output
	if err := p.Command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.Command.Wait() // ProcessState has the result
		close(p.Ended)
	}()
	t.Cleanup(func() {
		p.Stop(t)
		if t.Failed() {
			t.Logf("output of %s:\n%s", p.Name, &p.Output)
		}
	})
	return p
}

// Stop asks the program to end, as service managers do: it has to end with exit code 0.
func (p *Process) Stop(t *testing.T) {
	t.Helper()
	select {
	case <-p.Ended:
		return // it ended by itself or was stopped before
	default:
	}
	if err := p.Command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	select {
	case <-p.Ended:
	case <-time.After(Patience):
		t.Errorf("%s still runs %s after SIGTERM", p.Name, Patience)
		_ = p.Command.Process.Kill()
		<-p.Ended
	}
	if code := p.Command.ProcessState.ExitCode(); code != 0 {
		t.Errorf("%s: exit code %d after SIGTERM, want 0", p.Name, code)
	}
}

// Wait returns the exit code of a program that ends by itself.
func (p *Process) Wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.Ended:
	case <-time.After(Patience):
		t.Fatalf("%s did not end by itself within %s", p.Name, Patience)
	}
	return p.Command.ProcessState.ExitCode()
}

// Tells waits until the program has written something that matches a pattern. It may do so after what
// it has done is seen elsewhere, and what it has written takes a moment to arrive.
func (p *Process) Tells(t *testing.T, pattern string) {
	t.Helper()
	wanted := regexp.MustCompile("(?m)" + pattern)
	Eventually(t, p.Name+" tells "+pattern, func() bool { return wanted.MatchString(p.Output.String()) })
}

// Listening matches the line in which a program says where it listens.
var Listening = regexp.MustCompile(`(?m)msg="?(?i:listening)(?: on)?"? (?:.* )?address=(\S+)`)

// Address returns the address that the program says it listens on.
func (p *Process) Address(t *testing.T) (address string) {
	t.Helper()
	Eventually(t, p.Name+" listens", func() bool {
		select {
		case <-p.Ended:
			t.Fatalf("%s ended: %s", p.Name, p.Command.ProcessState)
		default:
		}
		match := Listening.FindStringSubmatch(p.Output.String())
		if match != nil {
			address = match[1]
		}
		return match != nil
	})
	return address
}

// Patience bounds how long a test waits for an outcome. It is long, because it only
// passes where something is broken.
var Patience = patience()

func patience() time.Duration {
	if os.Getenv("TEST_SIZE") == "full" {
		return 20 * time.Minute // large tests keep a machine busy for minutes
	}
	return 2 * time.Minute
}

// looks is how often Eventually looks at most: less often in large tests, where a look costs more.
const looks = 2400

// Eventually waits until a condition holds.
func Eventually(t *testing.T, condition string, holds func() bool) {
	t.Helper()
	deadline := time.After(Patience)
	tick := time.NewTicker(Patience / looks)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("did not happen within %s: %s", Patience, condition)
		case <-tick.C:
		}
	}
}
