package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

const password = "open sesame" // of passwordHash

// The lines of web configurations.
func serverTLS(certificate, key string) string {
	return fmt.Sprintf("tls_server_config:\n  cert_file: %q\n  key_file: %q\n", certificate, key)
}

func clientCertificates(authority string) string {
	return fmt.Sprintf("  client_ca_file: %q\n  client_auth_type: RequireAndVerifyClientCert\n", authority)
}

func basicAuth() string { return fmt.Sprintf("basic_auth_users:\n  prometheus: %q\n", passwordHash) }

// startGuarded runs the exporter with a web configuration and returns its address.
func startGuarded(t *testing.T, webConfig string) (exporter *program.Process, address string) {
	t.Helper()
	api := httptest.NewServer(&wechattest.Server{})
	t.Cleanup(api.Close)
	exporter = program.Start(t, program.Built(t, buildExporter), []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_WEB_CONFIG_FILE=" + write(t, "web.yml", webConfig), "WXAPP_LOG_LEVEL=debug",
		"WXAPP_API_URL=" + api.URL, "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret,
	})
	return exporter, exporter.Address(t)
}

// loopbackCertificate returns a certificate for 127.0.0.1.
func loopbackCertificate(t *testing.T, issuer *authority, expires time.Duration) tls.Certificate {
	t.Helper()
	return issuer.issue(t, net.IPv4(127, 0, 0, 1), time.Now().Add(expires))
}

// trusting returns the TLS of a client that trusts an authority.
func trusting(a *authority) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// presenting returns the TLS of a client that also presents a certificate, even one that
// the server says it does not want.
func presenting(trusted *authority, certificate tls.Certificate) *tls.Config {
	config := trusting(trusted)
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificate, nil }
	return config
}

// fetch asks for a page on a connection of its own, and returns the status and whether the
// answer asks for a password. Without a user it sends none.
func fetch(t *testing.T, url string, config *tls.Config, user, password string) (status int, asksPassword bool, err error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	client := http.Client{
		Timeout:   program.Patience,
		Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true},
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, false, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	asksPassword = response.Header.Get("WWW-Authenticate") != ""
	return response.StatusCode, asksPassword, errors.Join(err, response.Body.Close())
}

// handshake returns why a server ends a connection on which nothing is sent. With TLS 1.3 a
// client reads only after its handshake that its certificate was refused.
func handshake(t *testing.T, address string, config *tls.Config) error {
	t.Helper()
	conn, err := (&tls.Dialer{Config: config}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(program.Patience)); err != nil {
		t.Fatal(err)
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// Whoever has no valid certificate of the right authority gets no answer, and a password
// does not make up for it.
func TestClientCertificates(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	certificate, key := files(t, loopbackCertificate(t, ours, time.Hour))
	_, address := startGuarded(t, serverTLS(certificate, key)+clientCertificates(ours.file(t))+basicAuth())
	valid := presenting(ours, loopbackCertificate(t, ours, time.Hour))

	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, test := range []struct {
			name    string
			client  *tls.Config
			refusal string // empty: the certificate is accepted
		}{
			{"a valid certificate", valid, ""},
			{"no certificate", trusting(ours), "certificate required|handshake failure"},
			{"a certificate of another authority", presenting(ours, loopbackCertificate(t, theirs, time.Hour)), "unknown certificate authority"},
			{"an expired certificate", presenting(ours, loopbackCertificate(t, ours, -time.Hour)), "expired certificate"},
		} {
			t.Run(tls.VersionName(version)+" "+test.name, func(t *testing.T) {
				config := test.client.Clone()
				config.MinVersion, config.MaxVersion = version, version
				if test.refusal == "" {
					for user, want := range map[string]int{"": http.StatusUnauthorized, "prometheus": http.StatusOK} {
						status, _, err := fetch(t, "https://"+address+"/metrics", config, user, password)
						if err != nil {
							t.Fatal(err)
						}
						if status != want {
							t.Errorf("user %q: status %d, want %d", user, status, want)
						}
					}
					return
				}
				if err := handshake(t, address, config); err == nil || !regexp.MustCompile("remote error: tls: ("+test.refusal+")").MatchString(err.Error()) {
					t.Errorf("got %v, want %s", err, test.refusal)
				}
				if status, _, err := fetch(t, "https://"+address+"/metrics", config, "prometheus", password); err == nil {
					t.Errorf("a request is answered: %d", status)
				}
			})
		}
	}
	for name, config := range map[string]*tls.Config{
		"TLS 1.1":  {RootCAs: valid.RootCAs, GetClientCertificate: valid.GetClientCertificate, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, //nolint:gosec // refused
		"no trust": {GetClientCertificate: valid.GetClientCertificate, RootCAs: trusting(theirs).RootCAs, MinVersion: tls.VersionTLS12},
	} {
		if err := handshake(t, address, config); err == nil || !strings.Contains(err.Error(), "tls: ") {
			t.Errorf("%s: got %v, want an error of TLS", name, err)
		}
	}
	status, _, err := fetch(t, "http://"+address+"/metrics", nil, "prometheus", password)
	if err != nil || status != http.StatusBadRequest {
		t.Errorf("plain HTTP: %d, %v, want status 400", status, err)
	}
}

// Basic auth guards every page, whether it exists or not, and no password is logged.
func TestBasicAuth(t *testing.T) {
	exporter, address := startGuarded(t, basicAuth())
	const wrong = "open barley"
	for _, path := range []string{"/", "/metrics", "/app/" + appid, "/-/healthy", "/-/ready", "/sd", "/gazetteer/china-provinces.json"} {
		for _, test := range []struct {
			user, password string
			accepted       bool
		}{
			{"prometheus", password, true},
			{"prometheus", wrong, false},
			{"prometheus", "", false},
			{"prometheus", passwordHash, false},
			{"Prometheus", password, false},
			{"stranger", password, false},
			{"", "", false},
		} {
			status, asksPassword, err := fetch(t, "http://"+address+path, nil, test.user, test.password)
			if err != nil {
				t.Fatal(err)
			}
			refused := status == http.StatusUnauthorized
			if refused == test.accepted || refused != asksPassword {
				t.Errorf("%s as %q with %q: status %d", path, test.user, test.password, status)
			}
		}
	}
	if status, _, err := fetch(t, "http://"+address+"/nothing", nil, "", ""); err != nil || status != http.StatusUnauthorized {
		t.Errorf("a page that does not exist: %d, %v, want status 401", status, err)
	}
	exporter.Stop(t)
	for _, hidden := range []string{password, wrong, passwordHash} {
		if strings.Contains(exporter.Output.String(), hidden) {
			t.Errorf("the log shows %q", hidden)
		}
	}
}

// An exporter whose own certificate has expired goes on, and a new certificate in the same
// files is used without a restart.
func TestExpiredCertificateIsReplaced(t *testing.T) {
	trusted := newAuthority(t)
	certificate, key := files(t, loopbackCertificate(t, trusted, -time.Hour))
	_, address := startGuarded(t, serverTLS(certificate, key))
	visit := func() error {
		_, _, err := fetch(t, "https://"+address+"/-/healthy", trusting(trusted), "", "")
		return err
	}
	invalid, ok := errors.AsType[x509.CertificateInvalidError](visit())
	if !ok || invalid.Reason != x509.Expired {
		t.Errorf("got %v, want an expired certificate", invalid)
	}

	newCertificate, newKey := files(t, loopbackCertificate(t, trusted, time.Hour))
	for from, to := range map[string]string{newCertificate: certificate, newKey: key} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	if err := visit(); err != nil {
		t.Errorf("after the certificate was replaced: %v", err)
	}
}

// The healthcheck has neither a certificate nor a password, and yet tells whether a guarded
// exporter is alive.
func TestHealthcheckOfGuardedExporters(t *testing.T) {
	trusted := newAuthority(t)
	validTLS := serverTLS(files(t, loopbackCertificate(t, trusted, time.Hour)))
	expiredTLS := serverTLS(files(t, loopbackCertificate(t, trusted, -time.Hour)))
	mutualTLS := validTLS + clientCertificates(trusted.file(t))
	for name, webConfig := range map[string]string{
		"basic auth":          basicAuth(),
		"TLS":                 validTLS,
		"expired certificate": expiredTLS,
		"TLS and basic auth":  validTLS + basicAuth(),
		"client certificates": mutualTLS,
		"all":                 mutualTLS + basicAuth(),
	} {
		t.Run(name, func(t *testing.T) {
			exporter, address := startGuarded(t, webConfig)
			healthcheck := func() int {
				return program.Start(t, program.Built(t, buildExporter), []string{"WXAPP_LISTEN_ADDRESS=" + address}, "healthcheck").Wait(t)
			}
			if code := healthcheck(); code != 0 {
				t.Errorf("of a running exporter it ends with %d", code)
			}
			exporter.Stop(t)
			if code := healthcheck(); code != 1 {
				t.Errorf("of a stopped exporter it ends with %d, want 1", code)
			}
		})
	}
}
