package e2e

import (
	"fmt"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// passwordHash is the bcrypt hash of "open sesame".
const passwordHash = "$2a$04$7WiRHW2R82ukSiVzZuJCrexMvZ7Su/vd/yw8ylTIraqbtaioBXNt6"

func TestTLSAndBasicAuth(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	trusted := newAuthority(t)
	certificate, key := files(t, trusted.issue(t, net.IPv4(127, 0, 0, 1), time.Now().Add(time.Hour)))
	webConfig := write(t, "web.yml", fmt.Sprintf(
		"tls_server_config: {cert_file: %q, key_file: %q}\nbasic_auth_users: {prometheus: %q}\n",
		certificate, key, passwordHash))
	exporter := program.Start(t, program.Built(t, buildExporter), []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_WEB_CONFIG_FILE=" + webConfig,
		"WXAPP_API_URL=" + api.URL, "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret,
	})
	address := exporter.Address(t)

	stranger := fmt.Sprintf("static_configs: [{targets: [%q]}]", address)
	login := []string{
		"scheme: https",
		fmt.Sprintf("tls_config: {ca_file: %q}", trusted.file(t)),
		"basic_auth: {username: prometheus, password: open sesame}",
		stranger,
	}
	startPrometheus(t, login...).when(t, `count(wxapp_users) > 0`, 1)
	startPrometheus(t, login[0], login[1], stranger).when(t, `up == 0`, 1)
}
