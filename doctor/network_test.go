package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/doctor"
)

// serveTLS puts the patient's WeChat behind a certificate that is valid until a time, and
// returns the roots that know it.
func (p *patient) serveTLS(t *testing.T, until time.Time) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(p.server)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	p.settings().APIURL = server.URL
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return roots
}

func (p *patient) trust(roots *x509.CertPool) {
	p.options.HTTP = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

func TestCertificates(t *testing.T) {
	tests := map[string]struct {
		until   time.Duration
		trusted bool
		cause   string // empty: all is well
	}{
		"good":    {24 * time.Hour, true, ""},
		"expired": {-time.Hour, true, "has expired or is not valid yet: it is valid from "},
		"unknown": {24 * time.Hour, false, `from an authority that this machine does not trust ("Test CA")`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := healthy(t)
			roots := p.serveTLS(t, time.Now().Add(test.until))
			if !test.trusted {
				roots = x509.NewCertPool()
			}
			p.trust(roots)
			steps := p.examine(t)
			step := found(t, steps, "tls")
			if test.cause == "" {
				if step.Status != doctor.OK || doctor.Judge(steps).ExitCode != 0 {
					t.Errorf("%s", outcomes(steps))
				}
				return
			}
			if step.Status != doctor.Failure || !strings.Contains(step.Cause.English, test.cause) ||
				!strings.Contains(step.Remedy.English, "clock and root certificates") || doctor.Judge(steps).ExitCode != 13 {
				t.Errorf("%+v in %s", step, outcomes(steps))
			}
		})
	}
}

// TestProxy holds that the steps speak of the proxy where there is one.
func TestProxy(t *testing.T) {
	through := func(t *testing.T, answer http.HandlerFunc) (*patient, string) {
		proxy := httptest.NewServer(answer)
		t.Cleanup(proxy.Close)
		address, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		address.User = url.UserPassword("alice", "0penSesame")
		p := healthy(t)
		p.options.HTTP = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address)}}
		return p, address.Host
	}
	tunnels := map[int]string{http.StatusProxyAuthRequired: "Proxy Authentication Required", http.StatusServiceUnavailable: "Service Unavailable"}
	check := func(t *testing.T, p *patient, host, cause string) {
		t.Helper()
		steps := p.examine(t)
		step := found(t, steps, "proxy")
		if step.Status != doctor.Failure || !strings.Contains(step.Cause.English, "through the proxy "+host) || !strings.Contains(step.Cause.English, cause) {
			t.Errorf("%+v in %s", step, outcomes(steps))
		}
		if tcp := found(t, steps, "tcp"); tcp.Status != doctor.OK || !strings.HasSuffix(tcp.Cause.English, "(the proxy)") {
			t.Errorf("%+v", tcp)
		}
		// No certificate of WeChat's was seen.
		if tls := found(t, steps, "tls"); tls.Status != doctor.Skipped {
			t.Errorf("%+v", tls)
		}
		if got := doctor.Judge(steps).ExitCode; got != 14 {
			t.Errorf("exit code %d", got)
		}
	}
	t.Run("HTML", func(t *testing.T) {
		p, host := through(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>log in</html>")) })
		p.settings().APIURL = "http://api.weixin.invalid"
		check(t, p, host, "<html>log in")
	})
	for status, cause := range tunnels {
		t.Run("no tunnel: "+cause, func(t *testing.T) {
			p, host := through(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			p.settings().APIURL = "https://api.weixin.invalid"
			check(t, p, host, cause)
		})
	}
	t.Run("no tunnel by a proxy of https", func(t *testing.T) {
		p := healthy(t)
		p.settings().APIURL = "https://api.weixin.invalid"
		proxy := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
		t.Cleanup(proxy.Close)
		transport := proxy.Client().Transport.(*http.Transport).Clone()
		transport.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
		p.options.HTTP = &http.Client{Transport: transport}
		check(t, p, strings.TrimPrefix(proxy.URL, "https://"), "Forbidden")
	})
	t.Run("good", func(t *testing.T) {
		p := healthy(t)
		forward := httptest.NewServer(p.server)
		t.Cleanup(forward.Close)
		p.options.HTTP = &http.Client{Transport: &http.Transport{
			Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(forward.URL) },
		}}
		p.settings().APIURL = "http://api.weixin.invalid"
		steps := p.examine(t)
		if step := found(t, steps, "proxy"); step.Status != doctor.OK || !strings.Contains(step.Cause.English, "through the proxy "+strings.TrimPrefix(forward.URL, "http://")) {
			t.Errorf("%+v in %s", step, outcomes(steps))
		}
	})
}
