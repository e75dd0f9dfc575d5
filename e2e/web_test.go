package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// passwordHash is the bcrypt hash of "open sesame".
const passwordHash = "$2a$04$7WiRHW2R82ukSiVzZuJCrexMvZ7Su/vd/yw8ylTIraqbtaioBXNt6"

func TestTLSAndBasicAuth(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	certificate, key := selfSigned(t)
	webConfig := write(t, "web.yml", fmt.Sprintf(
		"tls_server_config: {cert_file: %q, key_file: %q}\nbasic_auth_users: {prometheus: %q}\n",
		certificate, key, passwordHash))
	exporter := start(t, built(t, buildExporter), []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_WEB_CONFIG_FILE=" + webConfig,
		"WXAPP_API_URL=" + api.URL, "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret,
	})
	address := exporter.address(t)

	stranger := fmt.Sprintf("static_configs: [{targets: [%q]}]", address)
	login := []string{
		"scheme: https",
		fmt.Sprintf("tls_config: {ca_file: %q}", certificate),
		"basic_auth: {username: prometheus, password: open sesame}",
		stranger,
	}
	startPrometheus(t, login...).when(t, `count(wxapp_users) > 0`, 1)
	startPrometheus(t, login[0], login[1], stranger).when(t, `up == 0`, 1)

	healthcheck := func() int {
		return start(t, built(t, buildExporter), []string{
			"WXAPP_LISTEN_ADDRESS=" + address, "WXAPP_WEB_CONFIG_FILE=" + webConfig,
		}, "healthcheck").wait(t)
	}
	if code := healthcheck(); code != 0 {
		t.Errorf("healthcheck of a running exporter ends with %d", code)
	}
	exporter.stop(t)
	if code := healthcheck(); code == 0 {
		t.Error("healthcheck of a stopped exporter ends with 0")
	}
}

// selfSigned returns the paths of a certificate for 127.0.0.1 and of its key.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}))),
		write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})))
}
