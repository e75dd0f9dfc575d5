package e2e

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Behind a real nginx, one that passes the path on and one that removes it, links lead below
// the path and everything answers there; without the proxy it answers as before.
func TestBehindProxy(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		nginx = "/usr/sbin/nginx" // no folder of programs for users
	}
	if _, err := os.Stat(nginx); err != nil {
		t.Fatal("nginx is missing; on Debian: apt-get install nginx-light")
	}
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	address := program.HoldPort(t) // nginx cannot choose one itself
	external := "http://" + strings.Replace(address, "127.0.0.1", "localhost", 1) + "/wxapp"
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret, "WXAPP_EXTERNAL_URL="+external)
	exporter.metricsWith(t, `^wxapp_users{`)
	for name, upstream := range map[string]string{
		"the path stays":               "location /wxapp { proxy_pass " + exporter.url + "; proxy_set_header Host $http_host; }",
		"the path stays, another host": "location /wxapp { proxy_pass " + exporter.url + "; proxy_set_header Host exporter; }",
		"the path goes":                "location /wxapp/ { proxy_pass " + exporter.url + "/; }",
	} {
		t.Run(name, func(t *testing.T) {
			startNginx(t, nginx, address, upstream)
			program.Eventually(t, "nginx answers", func() bool {
				connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
				if err != nil {
					return false
				}
				return connection.Close() == nil
			})
			for _, path := range []string{"/", "/app/" + appid, "/metrics", "/sd", "/-/ready", "/gazetteer/china-provinces.json"} {
				expectOK(t, external+path)
			}
			// Every link of a page answers.
			for _, page := range []string{external, external + "/app/" + appid} { // the first is redirected
				response := httpGet(t, page)
				links := regexp.MustCompile(`(?:href|src)="([^"#]+)"`).FindAllStringSubmatch(response.body, -1)
				if len(links) < 4 {
					t.Fatalf("%s has only the links %q", page, links)
				}
				for _, link := range links {
					target, err := response.url.Parse(strings.ReplaceAll(link[1], "&amp;", "&"))
					if err != nil {
						t.Fatal(err)
					}
					if !strings.HasPrefix(target.Path, "/wxapp/") {
						t.Errorf("%s on %s leads to %s", link[1], page, target)
					}
					expectOK(t, target.String())
				}
			}
			expectOK(t, external+"//sd")
			discovered := httpGet(t, external+"/sd").body
			if strings.Contains(name, "stays") != strings.Contains(discovered, `"__metrics_path__":"/wxapp/metrics"`) {
				t.Errorf("the targets are %s", discovered)
			}
			for origin, want := range map[string]int{strings.TrimSuffix(external, "/wxapp"): http.StatusOK, "http://evil.example": http.StatusForbidden} {
				program.Eventually(t, "POST /-/reload from "+origin, func() bool {
					request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, external+"/-/reload", nil)
					if err != nil {
						t.Fatal(err)
					}
					request.Header.Set("Origin", origin)
					status := do(t, request).status
					if status != want && status != http.StatusTooManyRequests {
						t.Fatalf("from %s: status %d, want %d", origin, status, want)
					}
					return status == want
				})
			}
		})
	}
	// The probes of an orchestrator do not come through the proxy.
	for _, path := range []string{"/-/healthy", "/-/ready", "/metrics", "/wxapp/-/healthy"} {
		expectOK(t, exporter.url+path)
	}
	if discovered := httpGet(t, exporter.url+"/sd").body; !strings.Contains(discovered, `"__metrics_path__":"/metrics"`) {
		t.Errorf("without the proxy the targets are %s", discovered)
	}
}

// startNginx runs nginx as an ordinary program until the end of the test.
func startNginx(t *testing.T, nginx, address, location string) {
	t.Helper()
	folder := t.TempDir()
	configuration := `daemon off;
master_process off;
pid ` + folder + `/pid;
events {}
http {
  access_log off;
  absolute_redirect off;
  client_body_temp_path ` + folder + `;
  proxy_temp_path ` + folder + `;
  fastcgi_temp_path ` + folder + `;
  uwsgi_temp_path ` + folder + `;
  scgi_temp_path ` + folder + `;
  server {
    listen ` + address + `;
    ` + location + `
  }
}
`
	file := filepath.Join(folder, "nginx.conf")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	program.Start(t, nginx, nil, "-e", "stderr", "-p", folder, "-c", file)
}

// answered is an answer, and the URL that it came from after all redirects.
type answered struct {
	status int
	body   string
	url    *url.URL
}

func expectOK(t *testing.T, address string) {
	t.Helper()
	if got := httpGet(t, address); got.status != http.StatusOK {
		t.Errorf("%s: status %d: %s", address, got.status, got.body)
	}
}

func httpGet(t *testing.T, address string) answered {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, request)
}

func do(t *testing.T, request *http.Request) answered {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{response.StatusCode, string(body), response.Request.URL}
}
