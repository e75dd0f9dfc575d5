package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// fleetSize is the number of apps of manyApps. The secret of one of them is wrong.
const fleetSize = 50

// manyApps is an exporter of many apps.
type manyApps struct {
	*exporter
	apps  []string // that have numbers
	wrong string   // the app whose secret is wrong
}

// address returns host:port of the exporter, which is the instance of its own target.
func (f *manyApps) address() string { return strings.TrimPrefix(f.url, "http://") }

// targets returns the instances of all targets.
func (f *manyApps) targets() []string {
	return slices.Sorted(slices.Values(append([]string{f.address(), f.wrong}, f.apps...)))
}

func startManyApps(t *testing.T) *manyApps {
	t.Helper()
	f := &manyApps{wrong: "wx00000000000000ff"}
	wechat := &wechattest.Server{Apps: map[string]wechattest.App{f.wrong: {Secret: "another one"}}}
	var file strings.Builder
	fmt.Fprintf(&file, "apps:\n  - {appid: %s, secret: %s}\n", f.wrong, secret)
	for i := range fleetSize - 1 {
		id := fmt.Sprintf("wx%016x", i)
		wechat.Apps[id] = wechattest.App{Users: 20}
		fmt.Fprintf(&file, "  - {appid: %s, name: 小程序 %d, secret: %s}\n", id, i, secret)
		f.apps = append(f.apps, id)
	}
	api := httptest.NewServer(wechat)
	t.Cleanup(api.Close)
	f.exporter = startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPS_FILE="+write(t, "apps.yml", file.String()))
	return f
}

// A real Prometheus makes a target with its own up of every app, each number is there once,
// and the target of the exporter itself has none of them. The configuration is that of
// docs/fleets.md.
func TestServiceDiscovery(t *testing.T) {
	f := startManyApps(t)
	p := startPrometheusWith(t, t.TempDir(), configuration(t, "http_sd_configs", f.address()))

	p.when(t, `count by (appid) (wxapp_users)`, fleetSize-1)
	p.when(t, `wxapp_up`, fleetSize)
	now := p.when(t, `up`, fleetSize+1)
	if up := instances(p.query(t, `up == 1`, now)); !slices.Equal(up, f.targets()) {
		t.Errorf("the targets that are up are %q, want %q", up, f.targets())
	}
	if twice := p.query(t, `count by (appid, metric, dimension, name, range) (wxapp_users) != 1`, now); len(twice) > 0 {
		t.Errorf("%d numbers are there more than once, such as %v", len(twice), twice[0])
	}
	shown := 0
	for _, s := range p.query(t, `count by (appid, instance) ({appid!=""})`, now) {
		if s.Labels["appid"] != s.Labels["instance"] {
			t.Errorf("the target %s has series of %s", s.Labels["instance"], s.Labels["appid"])
		}
		shown++
	}
	if shown != fleetSize {
		t.Errorf("%d apps have series, want %d", shown, fleetSize)
	}
	for expression, want := range map[string]int{
		`{exported_instance!=""} or {exported_appid!=""}`:                                       0,
		fmt.Sprintf(`wxapp_users{instance=%q}`, f.address()):                                    0,
		fmt.Sprintf(`wxapp_exporter_build_info{instance=%q}`, f.address()):                      1,
		`wxapp_exporter_build_info`:                                                             1,
		fmt.Sprintf(`wxapp_app_info{instance=%q,app=%q}`, f.apps[0], "小程序 0"):                   1,
		fmt.Sprintf(`wxapp_up{instance=%q} == 0`, f.wrong):                                      1,
		fmt.Sprintf(`wxapp_users{appid=%q}`, f.wrong):                                           0,
		fmt.Sprintf(`wxapp_poll_failures_total{instance=%q,reason="credentials"} > 0`, f.wrong): 1,
	} {
		if got := len(p.query(t, expression, time.Now())); got != want {
			t.Errorf("%s has %d series, want %d", expression, got, want)
		}
	}
	if status, body := program.Get(t, f.url+"/metrics?appid=wxfedcba9876543210"); status != http.StatusNotFound {
		t.Errorf("an app that is not configured: status %d: %s", status, body)
	}
}

// Prometheus servers that share the targets by hashmod have each app exactly once, as two
// and as the three of docs/fleets.md.
func TestHashmod(t *testing.T) {
	f := startManyApps(t)
	f.metricsWith(t, `^wxapp_up{appid="`+f.wrong+`"}`)
	whole := configuration(t, "modulus: 3", f.address())
	for _, n := range []int{2, 3} {
		t.Run(fmt.Sprint(n, " servers"), func(t *testing.T) {
			var servers []*prometheus
			for i := range n {
				config := strings.NewReplacer("modulus: 3", fmt.Sprintf("modulus: %d", n), `"0"`, fmt.Sprintf(`"%d"`, i)).Replace(whole)
				servers = append(servers, startPrometheusWith(t, t.TempDir(), config))
			}
			for expression, want := range map[string][]string{
				`up == 1`:                            f.targets(),
				`count by (instance) (wxapp_users)`:  f.apps,
				`wxapp_exporter_build_info`:          {f.address()},
				`wxapp_app_info{app!="no such app"}`: slices.Sorted(slices.Values(append([]string{f.wrong}, f.apps...))),
			} {
				var all []string
				program.Eventually(t, fmt.Sprintf("%d of %s", len(want), expression), func() bool {
					all = nil
					for _, p := range servers {
						all = append(all, instances(p.query(t, expression, time.Now()))...)
					}
					return len(all) >= len(want)
				})
				slices.Sort(all)
				if !slices.Equal(all, want) {
					t.Errorf("%s: the servers have together %q, want %q", expression, all, want)
				}
			}
			for i, p := range servers {
				if n := len(p.query(t, `up`, time.Now())); n == 0 || n > fleetSize {
					t.Errorf("server %d has %d targets", i, n)
				}
			}
		})
	}
}

// Behind TLS and a password, the discovery tells Prometheus to scrape by https.
func TestServiceDiscoveryWithTLS(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	trusted := newAuthority(t)
	certificate, key := files(t, trusted.issue(t, net.IPv4(127, 0, 0, 1), time.Now().Add(time.Hour)))
	exporter := program.Start(t, program.Built(t, buildExporter), []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_WEB_CONFIG_FILE=" + write(t, "web.yml", serverTLS(certificate, key)+basicAuth()),
		"WXAPP_API_URL=" + api.URL, "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret,
	})
	folder := t.TempDir()
	authority, err := os.ReadFile(trusted.file(t))
	if err != nil {
		t.Fatal(err)
	}
	writeInto(t, folder, "ca.pem", string(authority))
	writeInto(t, folder, "wxapp-password", password)
	p := startPrometheusWith(t, folder, configuration(t, "password_file", exporter.Address(t)))
	p.when(t, `count by (appid) (wxapp_users)`, 1)
	p.when(t, `up == 1`, 2)
}

// Two replicas differ in one label.
func TestReplicas(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	config := configuration(t, "target_label: replica", "")
	var addresses []string
	for i := range 2 {
		e := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPID="+appid, "WXAPP_SECRET="+secret)
		addresses = append(addresses, strings.TrimPrefix(e.url, "http://"))
		config = strings.ReplaceAll(config, fmt.Sprintf("wxapp-exporter-%d.wxapp-exporter:10120", i), addresses[i])
	}
	p := startPrometheusWith(t, t.TempDir(), config)
	now := p.when(t, `count by (appid, instance, replica) (wxapp_users)`, 2)
	slices.Sort(addresses)
	var replicas []string
	for _, s := range p.query(t, `up{instance="`+appid+`"} == 1`, now) {
		replicas = append(replicas, s.Labels["replica"])
	}
	slices.Sort(replicas)
	if !slices.Equal(replicas, addresses) {
		t.Errorf("the replicas are %q, want %q", replicas, addresses)
	}
	if n := len(p.query(t, `count by (appid, metric, dimension, name, range) (wxapp_users) != 2`, now)); n > 0 {
		t.Errorf("%d numbers are not there twice", n)
	}
}

// Every scrape configuration for beginners is valid.
func TestFirstScrapeConfigurations(t *testing.T) {
	for file, want := range map[string]int{
		"../README.md": 1, "../README.zh-CN.md": 1, "../docs/install.md": 2, "../docs/install.zh-CN.md": 2,
	} {
		checked := 0
		for _, block := range blocks(t, file, "yaml") {
			if strings.Contains(block, "scrape_configs:") {
				checkConfig(t, block)
				checked++
			}
		}
		if checked != want {
			t.Errorf("%s has %d scrape configurations, want %d", file, checked, want)
		}
	}
}

// Every configuration in docs/fleets.md is valid, and the Chinese page has the same ones.
func TestConfigurationsOfTheDocuments(t *testing.T) {
	for _, kind := range []string{"yaml", "sh"} {
		snippets := blocks(t, "../docs/fleets.md", kind)
		if chinese := blocks(t, "../docs/fleets.zh-CN.md", kind); !slices.Equal(snippets, chinese) {
			t.Errorf("docs/fleets.md has the configurations %q, docs/fleets.zh-CN.md %q", snippets, chinese)
		}
		if len(snippets) < 3 {
			t.Errorf("docs/fleets.md has %d blocks of %s", len(snippets), kind)
		}
		for _, snippet := range snippets {
			if kind == "yaml" {
				if !strings.Contains(snippet, "kind: StatefulSet") {
					checkConfig(t, snippet)
				}
				continue
			}
			settings := []string{"WXAPP_API_URL=http://127.0.0.1:1", "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret}
			for line := range strings.Lines(snippet) {
				name, value, found := strings.Cut(strings.TrimSpace(line), "=")
				if scheme, rest, url := strings.Cut(value, "://"); url { // nobody listens there
					_, path, _ := strings.Cut(rest, "/")
					value = scheme + "://127.0.0.1:1/" + path
				}
				if !found || !strings.HasPrefix(name, "OTEL_") {
					t.Fatalf("no setting: %s", line)
				}
				settings = append(settings, name+"="+value)
			}
			e := startExporter(t, settings...) // fails if it ends
			if status, body := program.Get(t, e.url+"/-/healthy"); status != http.StatusOK {
				t.Errorf("%q: status %d: %s", settings, status, body)
			}
			if log := e.Output.String(); strings.Contains(log, "configuration warning") {
				t.Errorf("%q: %s", settings, log)
			}
		}
	}
}

// checkConfig lets promtool check a configuration.
func checkConfig(t *testing.T, config string) {
	t.Helper()
	folder := t.TempDir()
	writeInto(t, folder, "ca.pem", "")
	writeInto(t, folder, "wxapp-password", "")
	for _, name := range []string{"wxapp-recording.yml", "wxapp-alerts.yml"} {
		content, err := os.ReadFile(filepath.Join("../dashboards/rules", name))
		if err != nil {
			t.Fatal(err)
		}
		writeInto(t, folder, name, string(content))
	}
	check := exec.CommandContext(t.Context(), program.Built(t, buildPromtool), "check", "config", writeInto(t, folder, "prometheus.yml", config))
	if output, err := check.CombinedOutput(); err != nil {
		t.Errorf("promtool check config: %v\n%s\n%s", err, output, config)
	}
}

// configuration returns the first configuration of docs/fleets.md that contains a text, for
// an exporter at an address that is scraped more often. The rules are left out.
func configuration(t *testing.T, text, address string) string {
	t.Helper()
	for _, block := range blocks(t, "../docs/fleets.md", "yaml") {
		if strings.Contains(block, text) {
			config, _, _ := strings.Cut(block, "rule_files:")
			return strings.NewReplacer("//wxapp-exporter:10120/", "//"+address+"/", "scrape_interval: 1m", "scrape_interval: 5s").Replace(config)
		}
	}
	t.Fatalf("docs/fleets.md has no configuration with %q", text)
	return ""
}

func instances(samples []program.Sample) []string {
	var names []string
	for _, s := range samples {
		names = append(names, s.Labels["instance"])
	}
	slices.Sort(names)
	return names
}

// writeInto writes a file into a folder, and returns its path.
func writeInto(t *testing.T, folder, name, content string) string {
	t.Helper()
	file := filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
