//go:build linux

package doctor_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/doctor"
)

// dropping returns an address at which nobody answers: the queue of its listener is full,
// so that the system drops what arrives, as many firewalls do.
func dropping(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	err = errors.Join(syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(socket, 0))
	if err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", bound.(*syscall.SockaddrInet4).Port)
	for range 10 {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return address
		}
		t.Cleanup(func() { _ = connection.Close() })
	}
	t.Fatal("the queue of the listener is never full")
	return ""
}

func TestDroppingFirewall(t *testing.T) {
	p := healthy(t)
	p.settings().APIURL = "http://" + dropping(t)
	p.options.HTTP.Timeout = 300 * time.Millisecond
	steps := p.examine(t)
	if step := found(t, steps, "tcp"); step.Status != doctor.Failure || !strings.Contains(step.Remedy.English, "firewalls") || step.Duration == 0 {
		t.Errorf("%+v in %s", step, outcomes(steps))
	}
	if got := doctor.Judge(steps).ExitCode; got != 12 {
		t.Errorf("exit code %d", got)
	}
}

// TestFullDisk needs a disk of its own, which not everybody may mount.
func TestFullDisk(t *testing.T) {
	path := t.TempDir()
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(path, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	// All but one page of the disk is used, so that only a probe of some size finds it.
	if err := os.WriteFile(filepath.Join(path, "filler"), make([]byte, 1<<20-2*4096), 0o600); err != nil {
		t.Fatal(err)
	}
	p := healthy(t)
	p.settings().Archive.Folder = path
	steps := p.examine(t)
	step := found(t, steps, "archive")
	if step.Status != doctor.Failure || !strings.Contains(step.Cause.English, "no space left") || !strings.Contains(step.Remedy.English, "the disk is full") {
		t.Errorf("%+v", step)
	}
	if got := doctor.Judge(steps).ExitCode; got != 21 {
		t.Errorf("exit code %d", got)
	}
	left, err := os.ReadDir(path)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
