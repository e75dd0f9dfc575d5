package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// newRoot returns a folder that is the root of a system in which packages can be installed: a shell
// and what their scripts call, with their libraries. Its systemctl notes down how it is called.
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
	write(t, filepath.Join(root, "bin/systemctl"), "#!/bin/sh\necho \"$@\" >>/var/log/systemctl\n")
	if err := os.Chmod(filepath.Join(root, "bin/systemctl"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "tmp", "var/log", "run/systemd/system"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "var/lib/dpkg/status"), "")
	return root
}

// systemctl returns how systemctl was called in a root since the last call, and clears it.
func systemctl(t *testing.T, root string) []string {
	t.Helper()
	log := filepath.Join(root, "var/log/systemctl")
	content, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(content)), "\n")
}

// asRoot runs the test as root, which it takes to install. Nothing is built there, so that no
// file of the cache is root's.
func asRoot(t *testing.T, variable string) {
	t.Helper()
	if err := exec.CommandContext(t.Context(), "sudo", "-n", "true").Run(); err != nil {
		t.Skip("it takes root, or a sudo without a password, to install a package")
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
