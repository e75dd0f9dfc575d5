package e2e

import (
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

// The commands on the first page of the READMEs do what it says, as they stand, but for the port,
// which another program may have, and for WeChat, which is simulated.
func TestFirstScreen(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	for _, file := range []string{"../README.md", "../README.zh-CN.md"} {
		commands := blocks(t, file, "sh")
		demo, curl, _ := strings.Cut(commands[0], "\n")
		run, address := inShell(t, demo, "")
		eventuallyPrints(t, strings.ReplaceAll(curl, "127.0.0.1:10120", address), `wxapp_users{appid="wxdemo0000000000c1"`)
		run.Stop(t)

		run, address = inShell(t, commands[1], "0123456789abcdef0123456789abcdef\n",
			"WXAPP_API_URL="+api.URL, "WXAPP_ARCHIVE="+t.TempDir())
		eventuallyPrints(t, "curl http://"+address+"/metrics", `wxapp_users{appid="wx0123456789abcdef"`)
		run.Stop(t)
	}
}

// inShell runs commands in the folder of the repository, with a text to type in. go run leaves its
// program behind when it is stopped, so that it is replaced by what it does.
func inShell(t *testing.T, commands, typed string, env ...string) (run *program.Process, address string) {
	t.Helper()
	binary := program.Built(t, buildExporter)
	if !strings.Contains(commands, "go run .") {
		t.Fatalf("nothing is started by\n%s", commands)
	}
	shell := exec.Command("bash", "-euc", strings.Replace(commands, "go run .", "exec "+binary, 1)) //nolint:noctx // stopped by a signal
	shell.Dir = ".."
	shell.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "GORACE=atexit_sleep_ms=0", program.Patient}, env...)
	shell.Stdin = strings.NewReader(typed)
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	run = program.Launch(t, filepath.Base(binary), shell)
	return run, run.Address(t)
}

// eventuallyPrints runs a command until it prints a line that begins with a text.
func eventuallyPrints(t *testing.T, command, line string) {
	t.Helper()
	program.Eventually(t, command+" prints "+line, func() bool {
		output, err := exec.CommandContext(t.Context(), "bash", "-c", command).Output()
		return err == nil && strings.Contains(string(output), "\n"+line)
	})
}
