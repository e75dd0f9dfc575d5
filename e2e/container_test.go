package e2e

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// In a container the exporter has a root file system that it cannot change, a user without
// rights, and one folder that it may write to. Here a folder stands in for the root: it
// holds nothing but the binary, as the image does.
func TestRunsWithoutRights(t *testing.T) {
	const user = 65532
	root := t.TempDir()
	binary, err := os.ReadFile(program.Built(t, buildStatic))
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(root, "data")
	for _, err := range []error{
		os.WriteFile(filepath.Join(root, "wxapp_exporter"), binary, 0o755), //nolint:gosec // others run it
		os.Mkdir(data, 0o700),
		os.Chmod(root, 0o755), //nolint:gosec // others may enter it
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	confined := &syscall.SysProcAttr{Chroot: root}
	if os.Getuid() == 0 {
		confined.Credential = &syscall.Credential{Uid: user, Gid: user}
		if err := os.Chown(data, user, user); err != nil {
			t.Fatal(err)
		}
	} else { // in a user namespace, where everybody may change the root
		confined.Cloneflags = syscall.CLONE_NEWUSER
		confined.UidMappings = []syscall.SysProcIDMap{{ContainerID: user, HostID: os.Getuid(), Size: 1}}
		confined.GidMappings = []syscall.SysProcIDMap{{ContainerID: user, HostID: os.Getgid(), Size: 1}}
	}
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	command := exec.Command("/wxapp_exporter") //nolint:noctx // stopped by a signal
	command.SysProcAttr = confined
	command.Dir = "/"
	command.Env = []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_ARCHIVE=/data", "WXAPP_API_URL=" + api.URL, "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret,
		program.Patient,
	}
	exporter := &exporter{Process: program.Launch(t, "wxapp_exporter", command)}
	exporter.url = "http://" + exporter.Address(t)
	exporter.metricsWith(t, `^wxapp_users`)
	exporter.metricsWith(t, `^wxapp_archive_pending_answers 0`)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", command.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 && !strings.Contains(string(status), "CapEff:\t0000000000000000\n") {
		t.Errorf("the exporter has rights:\n%s", status)
	}
	exporter.Stop(t)
	if answers, err := filepath.Glob(filepath.Join(data, appid, "*", "*.json.gz")); err != nil || len(answers) < 3 {
		t.Errorf("%d answers are in the archive, %v", len(answers), err)
	}
}
