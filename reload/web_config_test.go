package reload_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/reload"
)

// certificate returns a self-signed certificate and its key, in PEM form.
func certificate(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(100, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := func(kind string, content []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
	}
	return inPEM("CERTIFICATE", der), inPEM("PRIVATE KEY", encoded)
}

// watchWebConfig runs a test beside what watches web.yml. Expect checks what is logged within ten
// seconds, and then the metric.
func watchWebConfig(t *testing.T, test func(t *testing.T, expect func(valid float64, logged ...string))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		metrics := collector.NewSelfMetrics()
		registry := prometheus.NewRegistry()
		registry.MustRegister(metrics)
		var log lockedBuffer
		watch := reload.WebConfig{
			Check: func() (bool, error) { return config.CheckWebConfig("web.yml") }, Metrics: metrics,
			Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: withoutTime})),
		}
		var running sync.WaitGroup
		running.Go(func() { watch.Run(t.Context()) })
		t.Cleanup(running.Wait)
		expect := func(valid float64, logged ...string) {
			t.Helper()
			time.Sleep(10 * time.Second)
			synctest.Wait()
			got := strings.Split(strings.TrimSuffix(log.take(), "\n"), "\n")
			if len(logged) == 0 {
				logged = []string{""}
			}
			for i, want := range logged {
				if len(got) != len(logged) || !strings.Contains(got[i], want) {
					t.Fatalf("logged %q, want %q", got, logged)
				}
			}
			families, err := registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			for _, family := range families {
				if value := family.Metric[0].GetGauge().GetValue(); family.GetName() == "wxapp_web_config_valid" && value != valid {
					t.Errorf("%s is %v, want %v", family.GetName(), value, valid)
				}
			}
		}
		test(t, expect)
	})
}

// What goes wrong with the web configuration is one warning with its cause, and that it is
// right again one line. A pair of files that are replaced one after the other is no fault.
func TestWebConfigGoesWrong(t *testing.T) {
	t.Chdir(t.TempDir())
	const encrypting = "tls_server_config: {cert_file: tls.crt, key_file: tls.key}\n"
	first, firstKey := certificate(t)
	second, secondKey := certificate(t)
	write(t, "tls.crt", first)
	write(t, "tls.key", firstKey)
	write(t, "web.yml", encrypting)
	watchWebConfig(t, func(t *testing.T, expect func(valid float64, logged ...string)) {
		const warned = `level=WARN msg="the web configuration cannot be used; connections fail until it is mended" error="`
		const mended = `level=INFO msg="the web configuration can be used again"`
		expect(1)

		write(t, "tls.crt", second)
		time.Sleep(3 * time.Second)
		write(t, "tls.key", secondKey)
		expect(1)

		write(t, "tls.crt", first)
		expect(0, warned+`WXAPP_WEB_CONFIG_FILE: \"web.yml\": failed to load X509KeyPair: tls: private key does not match public key`)
		time.Sleep(time.Hour)
		expect(0)
		if err := os.Remove("tls.key"); err != nil {
			t.Fatal(err)
		}
		expect(0, warned+`WXAPP_WEB_CONFIG_FILE: \"web.yml\": failed to read key_file (tls.key): open tls.key: no such file or directory`)
		write(t, "tls.key", firstKey)
		expect(1, mended)

		write(t, "web.yml", "basic_auth_users: ["+secret)
		expect(0, warned+`WXAPP_WEB_CONFIG_FILE: \"web.yml\": yaml: `)
		write(t, "web.yml", "")
		expect(0, warned+"TLS was turned off, which needs a restart")
		write(t, "web.yml", encrypting)
		expect(1, mended)
	})
}

// TLS that is turned on takes effect after a restart. Until then connections work as before.
func TestWebConfigTurnsTLSOn(t *testing.T) {
	t.Chdir(t.TempDir())
	crt, key := certificate(t)
	write(t, "tls.crt", crt)
	write(t, "tls.key", key)
	write(t, "web.yml", "")
	watchWebConfig(t, func(t *testing.T, expect func(valid float64, logged ...string)) {
		expect(1)
		write(t, "web.yml", "tls_server_config: {cert_file: tls.crt, key_file: tls.key}\n")
		expect(1, `level=WARN msg="connections are not encrypted as the web configuration says; restart the exporter" error="TLS was turned on, which takes effect after a restart only"`)
		write(t, "web.yml", "")
		expect(1, `level=INFO msg="the web configuration can be used again"`)
	})
}
