package packages

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// manager installs the packages of a kind in a root of their own.
type manager struct {
	packager string // the kind, as nfpm names it
	document string // the page whose commands are run
	// install installs a file, also in place of a newer or older one.
	install func(t *testing.T, root, file string)
	list    func(t *testing.T, root string) string
	// check looks at whether what is installed is what the package has, but for the settings.
	check  func(t *testing.T, root string)
	remove func(t *testing.T, root string)
	// What is there after the removal, and what is not.
	kept, gone []string
}

var debian = manager{
	packager: "deb",
	document: "../../docs/install.md",
	install:  func(t *testing.T, root, file string) { dpkg(t, root, "--install", file) },
	list:     func(t *testing.T, root string) string { return dpkg(t, root, "--listfiles", "wxapp-exporter") },
	check: func(t *testing.T, root string) {
		for line := range strings.Lines(dpkg(t, root, "--verify", "wxapp-exporter")) {
			if !strings.Contains(line, " c ") {
				t.Errorf("installed is another file: %s", line)
			}
		}
	},
	remove: func(t *testing.T, root string) { dpkg(t, root, "--purge", "wxapp-exporter") },
	gone:   []string{"usr/bin/wxapp_exporter", "etc/default/wxapp-exporter", "etc/wxapp-exporter"},
}

var redHat = manager{
	packager: "rpm",
	document: "../../docs/install.zh-CN.md",
	install: func(t *testing.T, root, file string) {
		rpm(t, root, "--upgrade", "--oldpackage", "--nodeps", "--nosignature", file)
	},
	list: func(t *testing.T, root string) string { return rpm(t, root, "--query", "--list", "wxapp-exporter") },
	check: func(t *testing.T, root string) {
		verify := exec.CommandContext(t.Context(), "rpm", "--root="+root, "--verify", "--nodeps", "wxapp-exporter")
		output, err := verify.CombinedOutput() // the error says that there are lines
		for line := range strings.Lines(string(output)) {
			if !strings.Contains(line, " c ") {
				t.Errorf("installed is another file, error %v: %s", err, line)
			}
		}
	},
	remove: func(t *testing.T, root string) { rpm(t, root, "--erase", "wxapp-exporter") },
	kept:   []string{"etc/default/wxapp-exporter.rpmsave", "etc/wxapp-exporter/secret.rpmsave"},
	gone:   []string{"usr/bin/wxapp_exporter", "etc/default/wxapp-exporter", "etc/wxapp-exporter/secret"},
}

func dpkg(t *testing.T, root string, args ...string) string {
	t.Helper()
	environment := append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	return run(t, environment, "dpkg", append([]string{"--root=" + root, "--log=" + root + "/var/log/dpkg.log", "--force-depends"}, args...)...)
}

func rpm(t *testing.T, root string, args ...string) string {
	t.Helper()
	arguments := []string{"--root=" + root}
	if debianized := exec.CommandContext(t.Context(), "rpm", "--force-debian", "--version"); debianized.Run() == nil {
		arguments = append(arguments, "--force-debian") // without it, Debian's rpm installs nothing
	}
	return run(t, nil, "rpm", append(arguments, args...)...)
}

// build builds packages for this machine of what make release gives them, and returns their paths.
func build(t *testing.T, packager string, versions ...string) (files []string) {
	t.Helper()
	folder, into := t.TempDir(), t.TempDir()
	run(t, append(os.Environ(), "CGO_ENABLED=0"), "go", "build", "-C", "../..", "-trimpath", "-o", filepath.Join(folder, "wxapp_exporter"), ".")
	for _, shell := range []string{"bash", "zsh", "fish"} {
		write(t, filepath.Join(folder, "completion."+shell), run(t, nil, filepath.Join(folder, "wxapp_exporter"), "completion", shell))
	}
	write(t, filepath.Join(folder, "wxapp_exporter.1.gz"), run(t, nil, "gzip", "-9nc", "wxapp_exporter.1"))
	write(t, filepath.Join(folder, "changelog.gz"), run(t, nil, "gzip", "-9nc", "../../CHANGELOG.md"))
	for _, version := range versions {
		file := filepath.Join(into, version+"."+packager)
		pack := exec.CommandContext(t.Context(), "go", "tool", "nfpm", "package", "--config", "packages/nfpm.yaml", "--packager", packager, "--target", file)
		pack.Dir = ".."
		pack.Env = append(os.Environ(), "VERSION="+version, "ARCH="+runtime.GOARCH, "BUILD="+folder, "SHARED="+folder)
		if output, err := pack.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", pack, err, output)
		}
		files = append(files, file)
	}
	return files
}

func TestDebian(t *testing.T) { testPackage(t, debian) }

func TestRPM(t *testing.T) { testPackage(t, redHat) }

// A package is installed, configured as its document says, run as its unit says, replaced by a newer
// one and by the older one again, and removed: neither loses the settings or the archive.
func testPackage(t *testing.T, m manager) {
	packages := strings.Fields(os.Getenv("TEST_PACKAGES"))
	if len(packages) == 0 {
		packages = build(t, m.packager, "0.1.0", "0.2.0")
	}
	if os.Getuid() != 0 {
		asRoot(t, "TEST_PACKAGES="+strings.Join(packages, " "))
		return
	}
	old, replacement := packages[0], packages[1]
	root := newRoot(t)
	install := func(file string) {
		t.Helper()
		m.install(t, root, file)
		m.check(t, root)
		if calls := strings.Join(systemctl(t, root), "\n"); strings.Count(calls, "try-restart wxapp-exporter.service") != 1 || strings.Contains(calls, "able") {
			t.Errorf("the installation of %s called systemctl\n%s", filepath.Base(file), calls)
		}
	}
	install(old)
	checkFiles(t, root, m.list(t, root))
	checkUnit(t, root)

	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	configure(t, root, m.document, "0123456789abcdef0123456789abcdef\n")
	settings := edit(t, filepath.Join(root, "etc/default/wxapp-exporter"), map[string]string{
		"WXAPP_API_URL":        api.URL,
		"WXAPP_LISTEN_ADDRESS": "127.0.0.1:0",
	})
	runUnit(t, root)
	answers := held(t, root)
	for _, file := range []string{replacement, old} {
		install(file)
		if now, err := os.ReadFile(filepath.Join(root, "etc/default/wxapp-exporter")); err != nil || string(now) != settings {
			t.Errorf("after %s the settings are others, error %v", filepath.Base(file), err)
		}
		runUnit(t, root)
		checkHeld(t, root, answers)
	}

	m.remove(t, root)
	if calls := strings.Join(systemctl(t, root), "\n"); strings.Count(calls, "disable --now wxapp-exporter.service wxapp-exporter.socket") != 1 {
		t.Errorf("the removal called systemctl\n%s", calls)
	}
	for _, gone := range m.gone {
		if _, err := os.Lstat(filepath.Join(root, gone)); !os.IsNotExist(err) {
			t.Errorf("after the removal there is still %s (error %v)", gone, err)
		}
	}
	for _, kept := range m.kept {
		if _, err := os.Lstat(filepath.Join(root, kept)); err != nil {
			t.Errorf("after the removal: %v", err)
		}
	}
	checkHeld(t, root, answers)
}

// configure runs the commands of a page that write the secret and the AppID, in a root, with the secret
// typed in.
func configure(t *testing.T, root, page, secret string) {
	t.Helper()
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("(?s)```sh\n(sudo sh -c .*?)\nsudo systemctl").FindSubmatch(content)
	if commands == nil {
		t.Fatalf("%s does not say how to write the secret", page)
	}
	shell := exec.CommandContext(t.Context(), "bash", "-euc", strings.NewReplacer("sudo ", "", "/etc/", root+"/etc/").Replace(string(commands[1])))
	shell.Stdin = strings.NewReader(secret)
	if output, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", shell, err, output)
	}
}

// checkFiles checks a few of the files of a package, and who may read them.
func checkFiles(t *testing.T, root, listed string) {
	t.Helper()
	for path, mode := range map[string]os.FileMode{
		"/usr/bin/wxapp_exporter": 0o755, service: 0o644, socket: 0o644, "/usr/share/man/man1/wxapp_exporter.1.gz": 0o644,
		"/etc/default/wxapp-exporter": 0o640, "/etc/wxapp-exporter": os.ModeDir | 0o750, "/etc/wxapp-exporter/secret": 0o600,
	} {
		if !strings.Contains(listed, path+"\n") {
			t.Errorf("%s is not among the files\n%s", path, listed)
		}
		if file, err := os.Lstat(filepath.Join(root, path)); err != nil {
			t.Error(err)
		} else if file.Mode() != mode {
			t.Errorf("%s: mode %v instead of %v", path, file.Mode(), mode)
		}
	}
}
