//go:build linux

package exposition

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// contender is a running server of the benchmark.
type contender struct {
	name   string
	url    string
	pid    int
	client *http.Client
	report benchReport
}

// start starts a server in a process of its own, until the end of the benchmark.
func (s benchServer) start(b *testing.B) *contender {
	b.Helper()
	description, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	command := exec.Command(os.Args[0]) //nolint:noctx // ended by its standard input
	command.Env = append(os.Environ(), benchServerVariable+"="+string(description))
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	input, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = input.Close()
		_ = command.Wait()
	})
	c := &contender{name: s.Kind, pid: command.Process.Pid, client: newClient()}
	if err := json.NewDecoder(output).Decode(&c.report); err != nil {
		b.Fatalf("%s: %v", s.Kind, err)
	}
	c.url = "http://" + c.report.Address
	return c
}

// startNginx starts nginx with its default settings, except for gzip_static and, if
// wanted, sendfile. It returns nil where nginx is not installed.
func startNginx(b *testing.B, name, sendfile string, content []byte) *contender {
	b.Helper()
	binary, err := exec.LookPath("nginx")
	if err != nil {
		if binary, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil
		}
	}
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	folder := b.TempDir()
	for name, content := range map[string][]byte{
		"metrics":    nil,
		"metrics.gz": content,
		"nginx.conf": fmt.Appendf(nil, `
daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log stderr crit;
events { worker_connections 64; }
http {
	access_log off; sendfile %s; keepalive_requests 100000000; gzip_static on;
	client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
	default_type "text/plain; version=0.0.4; charset=utf-8";
	server { listen %s; root %s; }
}`, sendfile, address, folder),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	command := exec.Command(binary, "-p", folder, "-c", filepath.Join(folder, "nginx.conf"), "-e", "stderr") //nolint:noctx // killed
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	for { // until it listens
		connection, err := new(net.Dialer).DialContext(b.Context(), "tcp", address)
		if err == nil {
			_ = connection.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return &contender{name: name, url: "http://" + address, pid: command.Process.Pid, client: newClient()}
}

// newClient returns a client that keeps one connection and does not decompress, so that
// most of the time is spent in the server.
func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableCompression: true, MaxConnsPerHost: 1, ReadBufferSize: 1 << 20}}
}

// get asks for a path with the headers of Prometheus 3.16 and returns the answer, or
// only its length.
func (c *contender) get(b *testing.B, path string, keep bool) (content []byte, length int64) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, c.url+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	request.Header = http.Header{
		"Accept":                              {acceptOpenMetrics},
		"Accept-Encoding":                     {"gzip"},
		"User-Agent":                          {"Prometheus/3.16.0"},
		"X-Prometheus-Scrape-Timeout-Seconds": {"10"},
	}
	response, err := c.client.Do(request)
	if err != nil {
		b.Fatalf("%s: %v", c.name, err)
	}
	defer func() { _ = response.Body.Close() }()
	if keep {
		content, err = io.ReadAll(response.Body)
		length = int64(len(content))
	} else {
		length, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, response.Body, make([]byte, 1<<20))
	}
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s, %v", c.name, response.Status, err)
	}
	return content, length
}

// cpu returns the processor time of the process, as the operating system accounts for it.
func (c *contender) cpu(b *testing.B) time.Duration {
	b.Helper()
	const processTime = 2
	clock := ^c.pid<<3 | processTime
	var spent syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&spent)), 0); errno != 0 {
		b.Fatalf("the time of process %d: %v", c.pid, errno)
	}
	return time.Duration(spent.Nano())
}

// cost returns the processor time in seconds that each of n calls takes.
func (c *contender) cost(b *testing.B, n int, call func()) float64 {
	b.Helper()
	before := c.cpu(b)
	for range n {
		call()
	}
	return (c.cpu(b) - before).Seconds() / float64(n)
}

// now returns what the server says about itself.
func (c *contender) now(b *testing.B) (report benchReport) {
	b.Helper()
	content, _ := c.get(b, "/report", true)
	if err := json.Unmarshal(content, &report); err != nil {
		b.Fatal(err)
	}
	return report
}
