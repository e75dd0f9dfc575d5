package packages

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

const (
	service = "/usr/lib/systemd/system/wxapp-exporter.service"
	socket  = "/usr/lib/systemd/system/wxapp-exporter.socket"
)

// build builds a package for this machine of what make release gives it, and returns its path.
func build(t *testing.T, packager, version string) string {
	t.Helper()
	folder, into := t.TempDir(), t.TempDir()
	run(t, append(os.Environ(), "CGO_ENABLED=0"), "go", "build", "-C", "../..", "-trimpath", "-o", filepath.Join(folder, "wxapp_exporter"), ".")
	for _, shell := range []string{"bash", "zsh", "fish"} {
		write(t, filepath.Join(folder, "completion."+shell), run(t, nil, filepath.Join(folder, "wxapp_exporter"), "completion", shell))
	}
	write(t, filepath.Join(folder, "wxapp_exporter.1.gz"), run(t, nil, "gzip", "-9nc", "wxapp_exporter.1"))
	write(t, filepath.Join(folder, "changelog.gz"), run(t, nil, "gzip", "-9nc", "../../CHANGELOG.md"))
	pack := exec.CommandContext(t.Context(), "go", "tool", "nfpm", "package", "--config", "packages/nfpm.yaml", "--packager", packager, "--target", into+"/")
	pack.Dir = ".."
	pack.Env = append(os.Environ(), "VERSION="+version, "ARCH="+runtime.GOARCH, "BUILD="+folder, "SHARED="+folder)
	if output, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", pack, err, output)
	}
	files, err := filepath.Glob(filepath.Join(into, "*."+packager))
	if err != nil || len(files) != 1 {
		t.Fatalf("%q, error %v", files, err)
	}
	return files[0]
}

// run runs a command and returns its standard output.
func run(t *testing.T, environment []string, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = environment
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", command, err, output, &stderr)
	}
	return string(output)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// newRoot returns a folder that is the root of a system in which dpkg can install: a shell
// and what the scripts of the package call, with their libraries.
func newRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil { // the service enters it as another user
		t.Fatal(err)
	}
	for _, folder := range []string{"usr/bin", "usr/sbin"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(folder, filepath.Join(root, filepath.Base(folder))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"sh", "grep", "groupadd", "groupdel", "chgrp", "kill"} {
		path, err := exec.LookPath(name)
		if err != nil {
			path = filepath.Join("/usr/sbin", name)
		}
		paths := []string{path}
		for _, library := range regexp.MustCompile(`/\S+`).FindAllString(run(t, nil, "ldd", path), -1) {
			paths = append(paths, strings.TrimSuffix(library, ":"))
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(root, path), string(content))
			if err := os.Chmod(filepath.Join(root, path), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(t, filepath.Join(root, "etc/group"), "root:x:0:\n")
	write(t, filepath.Join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\n")
	write(t, filepath.Join(root, "etc/login.defs"), "")
	write(t, filepath.Join(root, "etc/gshadow"), "root:*::\n")
	for _, folder := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "tmp", "var/log"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "var/lib/dpkg/status"), "")
	return root
}

func dpkg(t *testing.T, root string, args ...string) string {
	t.Helper()
	environment := append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	return run(t, environment, "dpkg", append([]string{"--root=" + root, "--log=" + root + "/var/log/dpkg.log", "--force-depends"}, args...)...)
}

// The deb is installed, configured as its files say, run as its unit says, replaced by a newer
// one and by the older one again, and removed: neither loses the settings or the archive.
func TestDebian(t *testing.T) {
	packages := strings.Fields(os.Getenv("TEST_PACKAGES"))
	if len(packages) == 0 {
		packages = []string{build(t, "deb", "0.1.0"), build(t, "deb", "0.2.0")}
	}
	if os.Getuid() != 0 {
		asRoot(t, "TEST_PACKAGES="+strings.Join(packages, " "))
		return
	}
	old, replacement := packages[0], packages[1]
	root := newRoot(t)
	dpkg(t, root, "--install", old)
	if listed := dpkg(t, root, "--listfiles", "wxapp-exporter"); !strings.Contains(listed, service) || !strings.Contains(listed, "/usr/share/man/man1/wxapp_exporter.1.gz") {
		t.Errorf("the package has the files\n%s", listed)
	}
	checkUnit(t, root)

	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	write(t, filepath.Join(root, "etc/wxapp-exporter/secret"), "0123456789abcdef0123456789abcdef\n")
	settings := edit(t, filepath.Join(root, "etc/default/wxapp-exporter"), map[string]string{
		"WXAPP_APPID":          "wx0123456789abcdef",
		"WXAPP_SECRET_FILE":    "/run/credentials/wxapp-exporter.service/secret",
		"WXAPP_API_URL":        api.URL,
		"WXAPP_LISTEN_ADDRESS": "127.0.0.1:0",
	})
	first := runUnit(t, root)
	if !strings.Contains(first, `wxapp_users{appid="wx0123456789abcdef"`) {
		t.Fatalf("there are no users in\n%s", first)
	}
	answers := held(t, root)
	for _, file := range []string{replacement, old} {
		dpkg(t, root, "--install", file)
		if now, err := os.ReadFile(filepath.Join(root, "etc/default/wxapp-exporter")); err != nil || string(now) != settings {
			t.Errorf("after %s the settings are others, error %v", filepath.Base(file), err)
		}
		calls := len(api.Config.Handler.(*wechattest.Server).Calls())
		if again := runUnit(t, root); !strings.Contains(again, `wxapp_users{appid="wx0123456789abcdef"`) {
			t.Errorf("after %s there are no users", filepath.Base(file))
		}
		if more := len(api.Config.Handler.(*wechattest.Server).Calls()) - calls; more > 0 && !slices.Equal(held(t, root), answers) {
			t.Errorf("after %s: %d calls, and the archive has %q", filepath.Base(file), more, held(t, root))
		}
	}
	dpkg(t, root, "--purge", "wxapp-exporter")
	for _, gone := range []string{"usr/bin/wxapp_exporter", "etc/default/wxapp-exporter", "etc/wxapp-exporter"} {
		if _, err := os.Lstat(filepath.Join(root, gone)); !os.IsNotExist(err) {
			t.Errorf("after the removal there is still %s (error %v)", gone, err)
		}
	}
	if now := held(t, root); !slices.Equal(now, answers) {
		t.Errorf("after the removal the archive has %q, not %q", now, answers)
	}
}

// asRoot runs the test as root, which dpkg needs to install. Nothing is built there, so that no
// file of the cache is root's.
func asRoot(t *testing.T, variable string) {
	t.Helper()
	if err := exec.CommandContext(t.Context(), "sudo", "-n", "true").Run(); err != nil {
		t.Skip("dpkg needs root, or a sudo without a password, to install")
	}
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	again := exec.CommandContext(t.Context(), "sudo", "-n", "env", "-C", folder, variable, os.Args[0], "-test.run", "^"+t.Name()+"$")
	if output, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
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
// user without rights, and returns the metrics once there are users.
func runUnit(t *testing.T, root string) (metrics string) {
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
			return scrape(t, "http://"+found[1]+"/metrics")
		}
	}
	t.Fatalf("the service does not listen:\n%s", log)
	return ""
}

// scrape waits until there are users, and returns the metrics.
func scrape(t *testing.T, url string) string {
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
		if strings.Contains(string(body), "\nwxapp_users{") {
			return string(body)
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

// The rpm has the same files as the deb, and its scripts.
func TestRPM(t *testing.T) {
	file := build(t, "rpm", "0.1.0")
	listed := run(t, nil, "rpm", "-qp", "--nosignature", "--qf", "[%{FILEMODES:perms} %{FILENAMES}\n]", file)
	for _, line := range []string{
		"-rwxr-xr-x /usr/bin/wxapp_exporter", "-rw-r--r-- " + service, "-rw-r----- /etc/default/wxapp-exporter",
		"drwxr-x--- /etc/wxapp-exporter", "-rw------- /etc/wxapp-exporter/secret",
	} {
		if !strings.Contains(listed, line+"\n") {
			t.Errorf("%q is missing in\n%s", line, listed)
		}
	}
	if scripts := run(t, nil, "rpm", "-qp", "--nosignature", "--scripts", file); strings.Count(scripts, "systemctl daemon-reload") != 2 {
		t.Errorf("the scripts are\n%s", scripts)
	}
	if settings := run(t, nil, "rpm", "-qpc", "--nosignature", file); settings != fmt.Sprintln("/etc/default/wxapp-exporter")+fmt.Sprintln("/etc/wxapp-exporter/secret") {
		t.Errorf("the settings that an upgrade keeps are\n%s", settings)
	}
}
