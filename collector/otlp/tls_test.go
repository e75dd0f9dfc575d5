package otlp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// authority signs the certificates of a test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, template := newKey(t), newTemplate("authority")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
}

func (a authority) sign(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, newTemplate(name), a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

func TestTLS(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	oneWay := &tls.Config{Certificates: []tls.Certificate{ours.sign(t, "receiver")}}
	mutual := oneWay.Clone()
	mutual.ClientAuth, mutual.ClientCAs = tls.RequireAndVerifyClientCert, ours.pool()

	tests := []struct {
		name           string
		server, client *tls.Config
		failure        string
	}{
		{"a known authority", oneWay, &tls.Config{RootCAs: ours.pool()}, ""},
		{"an unknown authority", oneWay, &tls.Config{RootCAs: theirs.pool()}, "unknown authority"},
		{"the authorities of the system", oneWay, nil, "unknown authority"},
		{"a client certificate", mutual, &tls.Config{RootCAs: ours.pool(), Certificates: []tls.Certificate{ours.sign(t, "exporter")}}, ""},
		{"no client certificate", mutual, &tls.Config{RootCAs: ours.pool()}, failed}, // the words vary
		{"a wrong client certificate", mutual, &tls.Config{RootCAs: ours.pool(), Certificates: []tls.Certificate{theirs.sign(t, "exporter")}}, failed},
	}
	for _, test := range tests {
		for _, protocol := range []Protocol{GRPC, HTTP} {
			t.Run(test.name+" "+string(protocol), func(t *testing.T) {
				receiver := &receiver{}
				config := Config{Protocol: protocol, TLS: test.client}
				p := newPushing(t, storeOf(t, 1), serveTLS(t, protocol, receiver, test.server), config)
				p.pushUntilFailed(t) // or until it has succeeded
				arrived := received(t, receiver.take())
				if test.failure == "" {
					if len(arrived) < 2_000 {
						t.Errorf("%d series arrived: %s", len(arrived), p.log)
					}
					return
				}
				if len(arrived) > 0 {
					t.Errorf("%d series arrived", len(arrived))
				}
				if !strings.Contains(p.log.String(), test.failure) {
					t.Errorf("the log does not say %q: %s", test.failure, p.log)
				}
			})
		}
	}
}

// A client with TLS sends nothing to a receiver without.
func TestNoPlaintext(t *testing.T) {
	for _, protocol := range []Protocol{GRPC, HTTP} {
		receiver := &receiver{}
		plain := serve(t, protocol, receiver)
		p := newPushing(t, storeOf(t, 1), strings.Replace(plain, "http://", "https://", 1), Config{Protocol: protocol})
		p.pushUntilFailed(t)
		if messages := receiver.take(); len(messages) > 0 {
			t.Errorf("%s: %d messages arrived in plaintext", protocol, len(messages))
		}
		p.checkLog(t, failed)
	}
}

func serveTLS(t *testing.T, protocol Protocol, r *receiver, config *tls.Config) string {
	t.Helper()
	if protocol == HTTP {
		server := httptest.NewUnstartedServer(r)
		server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
		server.TLS = config.Clone()
		server.StartTLS()
		t.Cleanup(server.Close)
		return server.URL + "/v1/metrics"
	}
	plain := serveGRPC(t, r, grpc.Creds(credentials.NewTLS(config)))
	return strings.Replace(plain, "http://", "https://", 1)
}
