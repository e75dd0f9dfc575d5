package packages

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	service = "/usr/lib/systemd/system/wxapp-exporter.service"
	socket  = "/usr/lib/systemd/system/wxapp-exporter.socket"
)

// checkUnit checks the units as systemd reads them.
func checkUnit(t *testing.T, root string) {
	t.Helper()
	for _, unit := range []string{service, socket} {
		// The other units of a system are not in the root.
		verify := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", "--root="+root, unit)
		if output, err := verify.CombinedOutput(); err != nil || len(output) > 0 {
			t.Errorf("%s: %v\n%s", verify, err, output)
		}
	}
	// Two digits without the point: 20 is 2.0.
	run(t, nil, "systemd-analyze", "security", "--offline=true", "--threshold=20", "--root="+root, service)
}

// runUnit runs the command of the unit as it stands, in the root, with its environment, as a
// user without rights, until there are users in its metrics.
func runUnit(t *testing.T, root string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, service))
	if err != nil {
		t.Fatal(err)
	}
	unit := map[string][]string{}
	for line := range strings.Lines(string(content)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			unit[name] = append(unit[name], strings.ReplaceAll(value, "%S", "/var/lib"))
		}
	}
	const user = 64321
	group := groupOf(t, root, unit["SupplementaryGroups"][0])
	state := filepath.Join(root, "var/lib", unit["StateDirectory"][0])
	id, from, _ := strings.Cut(unit["LoadCredential"][0], ":")
	secret, err := os.ReadFile(filepath.Join(root, from))
	if err != nil {
		t.Fatal(err)
	}
	credential := filepath.Join(root, "run/credentials/wxapp-exporter.service", id)
	write(t, credential, string(secret))
	for _, err := range []error{os.MkdirAll(state, 0o700), os.Chown(state, user, user), os.Chown(credential, user, user), os.Chmod(credential, 0o400)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command(unit["ExecStart"][0]) //nolint:noctx // ended by a signal
	command.Dir = unit["WorkingDirectory"][0]
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: user, Gid: user, Groups: []uint32{group}}}
	command.Env = append(slices.Clone(unit["Environment"]), environmentFile(t, filepath.Join(root, strings.TrimPrefix(unit["EnvironmentFile"][0], "-")))...)
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		rest, _ := io.ReadAll(stderr)
		if err := command.Wait(); err != nil {
			t.Errorf("the service ended with %v\n%s", err, rest)
		}
	}()
	listening := regexp.MustCompile(`msg=listening address=(\S+)`)
	log := ""
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		log += lines.Text() + "\n"
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			awaitUsers(t, "http://"+found[1]+"/metrics")
			return
		}
	}
	t.Fatalf("the service does not listen:\n%s", log)
}

// awaitUsers waits until there are users in the metrics.
func awaitUsers(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), `wxapp_users{appid="wx0123456789abcdef"`) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("there are no users in\n%s", body)
		}
	}
}

func groupOf(t *testing.T, root, name string) uint32 {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "etc/group"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + name + `:[^:]*:(\d+):`).FindStringSubmatch(string(content))
	if found == nil {
		t.Fatalf("the group %s was not made", name)
	}
	id, err := strconv.ParseUint(found[1], 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(id)
}

// environmentFile returns the variables of a file as systemd reads it.
func environmentFile(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var variables []string
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			variables = append(variables, line)
		}
	}
	return variables
}

// held returns the answers in the archive of the service.
func held(t *testing.T, root string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "var/lib/wxapp-exporter/*/*/*.json.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the archive is empty, error %v", err)
	}
	return files
}

// checkHeld holds that the archive of the service still has some answers, and none of a window twice,
// because what it has is not asked for again. There may be more of them: a day may end meanwhile.
func checkHeld(t *testing.T, root string, answers []string) {
	t.Helper()
	now, windows := held(t, root), map[string]bool{}
	for _, answer := range answers {
		if !slices.Contains(now, answer) {
			t.Errorf("the archive has lost %s", answer)
		}
	}
	for _, answer := range now {
		window, _, _ := strings.Cut(filepath.Base(answer), "_")
		window = filepath.Join(filepath.Dir(answer), window)
		if windows[window] {
			t.Errorf("the archive has two answers about %s", window)
		}
		windows[window] = true
	}
}

// edit sets settings in a file in which they are commented out, and returns its content.
func edit(t *testing.T, file string, settings map[string]string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for name, value := range settings {
		line := regexp.MustCompile(`(?m)^#` + name + `=.*$`)
		if !line.MatchString(text) {
			t.Fatalf("%s has no line for %s", file, name)
		}
		text = line.ReplaceAllLiteralString(text, name+"="+value)
	}
	write(t, file, text)
	return text
}
