package e2e

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// output collects what a process writes, while it runs.
type output struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.String()
}

// process is a running program. It is stopped at the end of the test at the latest.
type process struct {
	name    string
	command *exec.Cmd
	output  output // standard output and error
	ended   chan struct{}
}

// start runs a program in a folder of its own, with env as its whole environment.
func start(t *testing.T, binary string, env []string, args ...string) *process {
	t.Helper()
	command := exec.Command(binary, args...) //nolint:noctx // stopped by a signal
	command.Dir = t.TempDir()
	command.Env = append([]string{
		"PATH=" + binaries,
		"GORACE=atexit_sleep_ms=0", // or it would sleep for a second before it exits
	}, env...)
	return launch(t, filepath.Base(binary), command)
}

// launch runs a command that has all but its output.
func launch(t *testing.T, name string, command *exec.Cmd) *process {
	t.Helper()
	p := &process{name: name, command: command, ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = &p.output, &p.output
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.command.Wait() // ProcessState has the result
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.stop(t)
		if t.Failed() {
			t.Logf("output of %s:\n%s", p.name, &p.output)
		}
	})
	return p
}

// stop asks the program to end, as service managers do: it has to end with exit code 0.
func (p *process) stop(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
		return // it ended by itself or was stopped before
	default:
	}
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Errorf("%s still runs %s after SIGTERM", p.name, patience)
		_ = p.command.Process.Kill()
		<-p.ended
	}
	if code := p.command.ProcessState.ExitCode(); code != 0 {
		t.Errorf("%s: exit code %d after SIGTERM, want 0", p.name, code)
	}
}

// wait returns the exit code of a program that ends by itself.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("%s did not end by itself within %s", p.name, patience)
	}
	return p.command.ProcessState.ExitCode()
}

var listening = regexp.MustCompile(`(?m)msg="?(?i:listening)(?: on)?"? (?:.* )?address=(\S+)`)

// address returns the address that the program says it listens on.
func (p *process) address(t *testing.T) (address string) {
	t.Helper()
	eventually(t, p.name+" listens", func() bool {
		select {
		case <-p.ended:
			t.Fatalf("%s ended: %s", p.name, p.command.ProcessState)
		default:
		}
		match := listening.FindStringSubmatch(p.output.String())
		if match != nil {
			address = match[1]
		}
		return match != nil
	})
	return address
}

// patience bounds how long a test waits for an outcome. It is long, because it only
// passes where something is broken.
const patience = 2 * time.Minute

// eventually waits until a condition holds.
func eventually(t *testing.T, condition string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("did not happen within %s: %s", patience, condition)
		case <-tick.C:
		}
	}
}
