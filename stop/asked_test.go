package stop_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/stop"
)

// pauseVariable makes the program of these tests one that is asked to stop, with that pause.
const pauseVariable = "WXAPP_TEST_STOP_PAUSE"

func TestMain(m *testing.M) {
	if pause, err := time.ParseDuration(os.Getenv(pauseVariable)); err == nil {
		beAsked(pause)
	}
	os.Exit(m.Run())
}

// beAsked says when it can be asked to stop and when it has been, and ends once its input does.
func beAsked(pause time.Duration) {
	ctx := stop.Asked(context.Background(), pause, syscall.SIGTERM)
	fmt.Println("running")
	<-ctx.Done()
	fmt.Println("stopping")
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// A second signal is ignored for a pause, and then ends the program at once.
func TestAsked(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals")
	}
	for _, pause := range []time.Duration{0, time.Hour} {
		command := exec.CommandContext(t.Context(), os.Args[0])
		command.Env = append(os.Environ(), pauseVariable+"="+pause.String())
		input, err := command.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		output, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		says := bufio.NewScanner(output)
		expect := func(word string) {
			if !says.Scan() || says.Text() != word {
				t.Fatalf("pause %s: %q, want %s", pause, says.Text(), word)
			}
		}
		ask := func() {
			if err := command.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
		expect("running")
		ask()
		expect("stopping")
		ask()
		if pause > 0 {
			_ = input.Close() // it has stopped
		}
		ended := make(chan struct{})
		go func() {
			_ = command.Wait() // ProcessState has the result
			close(ended)
		}()
		for over := false; !over; {
			select {
			case <-ended:
				over = true
			default:
				_ = command.Process.Signal(syscall.SIGTERM) // the pause of 0 may not have been over
			}
		}
		status, _ := command.ProcessState.Sys().(syscall.WaitStatus)
		if killed := status.Signaled(); killed != (pause == 0) {
			t.Errorf("pause %s: %s", pause, command.ProcessState)
		}
	}
}

// Under nohup, a terminal that closes stops nothing.
func TestAtHangupWhenIgnored(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	if stop.AtHangup(t.Context()) != t.Context() || !signal.Ignored(syscall.SIGHUP) {
		t.Error("SIGHUP is no longer ignored")
	}
}
