package chart

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// The container of the chart runs as a process with its arguments, its environment and what it
// mounts: its probes succeed, and it has the numbers.
func TestPodRuns(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "wxapp_exporter")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-C", "../..", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	wechat := httptest.NewServer(&wechattest.Server{})
	defer wechat.Close()
	const app = `
apps: [{appid: wx0123456789abcdef, name: Teahouse, secret: 0123456789abcdef0123456789abcdef}]
settings: {WXAPP_API_URL: "WECHAT"}
`
	// The password is "password".
	const password = `
web: {config: {basic_auth_users: {prometheus: $2a$04$D0/O9nlGaUCObl2TKxajIe7rpl3I40lhAaxckEN7SG16CQ65Um0ea}}}
`
	for _, test := range []struct{ name, values, appid string }{
		{"demo", "demo: true", "wxdemo0000000000c1"},
		{"app", app, "wx0123456789abcdef"},
		{"password", app + password, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			rendered := render(t, strings.ReplaceAll(test.values, "WECHAT", wechat.URL))
			c := runContainer(t, binary, rendered)
			c.await(t, c.StartupProbe)
			c.await(t, c.LivenessProbe)
			if test.appid == "" {
				if status, _ := c.get(t, "/metrics"); status != http.StatusUnauthorized {
					t.Errorf("without the password: status %d", status)
				}
				return
			}
			c.await(t, c.ReadinessProbe)
			c.metric(t, `wxapp_users{appid="`+test.appid+`"`)
			if test.name == "app" {
				// As Kubernetes changes a Secret that is mounted whole.
				content := `{apps: [{appid: wx0123456789abcdef, secret: a, name: Teahouse}, {appid: wxfedcba9876543210, secret_file: other}]}`
				c.mount(t, "/etc/wxapp", map[string]string{"apps.yml": content, "other": "0123456789abcdef0123456789abcdef"})
				c.metric(t, `wxapp_users{appid="wxfedcba9876543210"`)
			}
		})
	}
}

// container is the container of a pod, run as a process.
type container struct {
	corev1.Container
	root   string // in which the mounts are
	binary string
	url    string
}

func runContainer(t *testing.T, binary string, rendered Rendered) *container {
	t.Helper()
	pod := podOf(t, rendered)
	c := &container{Container: pod.Containers[0], root: t.TempDir(), binary: binary}
	secrets := map[string]map[string]string{}
	for _, document := range rendered.Documents {
		if document.Template == "secrets.yaml" {
			var secret corev1.Secret
			decode(t, Rendered{Documents: []Document{document}}, document.Template, &secret)
			secrets[secret.Name] = secret.StringData
		}
	}
	for _, mount := range c.VolumeMounts {
		files := map[string]string{}
		for _, volume := range pod.Volumes {
			if volume.Name == mount.Name && volume.Secret != nil {
				files = secrets[volume.Secret.SecretName]
			}
		}
		c.mount(t, mount.MountPath, files)
	}
	command := exec.Command(binary, c.Args...) //nolint:noctx // ended by a signal
	command.Dir = c.root
	command.Env = []string{"WXAPP_LISTEN_ADDRESS=127.0.0.1:0"}
	for _, variable := range c.Env {
		command.Env = append(command.Env, variable.Name+"="+c.path(variable.Value))
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, stderr)
		if err := command.Wait(); err != nil {
			t.Errorf("the exporter ended with %v", err)
		}
	})
	listening := regexp.MustCompile(`msg=listening address=(\S+)`)
	lines := bufio.NewScanner(stderr)
	var log strings.Builder
	for lines.Scan() {
		log.WriteString(lines.Text() + "\n")
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			c.url = "http://" + found[1]
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			return c
		}
	}
	t.Fatalf("it does not listen:\n%s", &log)
	return nil
}

// path returns where in this test a path of the container is.
func (c *container) path(value string) string {
	for _, mount := range c.VolumeMounts {
		if value == mount.MountPath || strings.HasPrefix(value, mount.MountPath+"/") {
			return filepath.Join(c.root, value)
		}
	}
	return value
}

// mount puts files into a mounted folder as the kubelet does: they are links through a link
// to a folder, which is replaced at once.
func (c *container) mount(t *testing.T, path string, files map[string]string) {
	t.Helper()
	folder := filepath.Join(c.root, path)
	version, err := os.MkdirTemp(c.root, "..version-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(version, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("..data/"+name, filepath.Join(folder, name)); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
	}
	link := filepath.Join(folder, "..data")
	if err := os.Symlink(version, link+"-new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link+"-new", link); err != nil {
		t.Fatal(err)
	}
}

func (c *container) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// await waits until a probe succeeds.
func (c *container) await(t *testing.T, probe *corev1.Probe) {
	t.Helper()
	eventually(t, "a probe succeeds", func() bool {
		if probe.HTTPGet != nil {
			if probe.HTTPGet.Port.String() != c.Ports[0].Name {
				t.Fatalf("the port %s of a probe is none of the container", probe.HTTPGet.Port.String())
			}
			status, _ := c.get(t, probe.HTTPGet.Path)
			return status == http.StatusOK
		}
		command := probe.Exec.Command
		if command[0] != "/wxapp_exporter" {
			t.Fatalf("the image has no %s", command[0])
		}
		check := exec.CommandContext(t.Context(), c.binary, command[1:]...)
		check.Env = []string{"WXAPP_LISTEN_ADDRESS=" + strings.TrimPrefix(c.url, "http://")}
		return check.Run() == nil
	})
}

// metric waits until there is a metric with a prefix.
func (c *container) metric(t *testing.T, prefix string) {
	t.Helper()
	eventually(t, prefix, func() bool {
		_, body := c.get(t, "/metrics")
		return strings.Contains(body, "\n"+prefix)
	})
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within two minutes: %s", what)
		case <-tick.C:
		}
	}
}
