package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A certificate is useless to a receiver that takes plaintext.
func TestOTLPCertificateWithoutTLS(t *testing.T) {
	t.Parallel()
	certificate, key := writeCertificate(t)
	for _, variables := range []map[string]string{
		to(grpcReceiver, "OTEL_EXPORTER_OTLP_CERTIFICATE", certificate),
		to(grpcReceiver, "OTEL_EXPORTER_OTLP_CERTIFICATE", certificate, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", certificate, "OTEL_EXPORTER_OTLP_CLIENT_KEY", key),
	} {
		_, _, err := parseOTLPOf(variables)
		const want = "OTEL_EXPORTER_OTLP_ENDPOINT: must begin with https:// because OTEL_EXPORTER_OTLP_CERTIFICATE is set, which plaintext does not use"
		if fmt.Sprint(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestOTLPCertificates(t *testing.T) {
	t.Parallel()
	certificate, key := writeCertificate(t)
	config, _, err := parseOTLPOf(to("https://h", "OTEL_EXPORTER_OTLP_CERTIFICATE", certificate,
		"OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE", certificate, "OTEL_EXPORTER_OTLP_CLIENT_KEY", key))
	if err != nil {
		t.Fatal(err)
	}
	if config.TLS.RootCAs == nil || len(config.TLS.Certificates) != 1 || config.TLS.InsecureSkipVerify {
		t.Errorf("TLS is %+v", config.TLS)
	}
	config, _, err = parseOTLPOf(to("https://h"))
	if err != nil || config.TLS != nil {
		t.Errorf("without certificates TLS is %v, error %v", config.TLS, err)
	}
}

// writeCertificate writes a certificate and its key.
func writeCertificate(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certificate, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for name, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: signed},
		key:         {Type: "PRIVATE KEY", Bytes: encoded},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}
