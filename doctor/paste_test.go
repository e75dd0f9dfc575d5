package doctor_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// A remedy is in our own words: its example of a login is none, and a word of it no secret.
func TestRemediesAreWhole(t *testing.T) {
	t.Run("login", func(t *testing.T) {
		t.Setenv("HTTP_PROXY", "http:///")
		p := healthy(t)
		p.settings().APIURL = "http://api.weixin.invalid"
		client := wechat.NewHTTPClient(doctor.MaxRequest, "test")
		p.options.HTTP = client
		step := found(t, p.examine(t), "proxy")
		const want = "write http://host:port or http://user:password@host:port"
		if step.Status != doctor.Failure || !strings.Contains(step.Remedy.English, want) || !strings.Contains(step.Remedy.Chinese, "http://user:password@host:port") {
			t.Errorf("%+v", step)
		}
	})
	t.Run("a word as the secret", func(t *testing.T) {
		p := healthy(t)
		p.settings().Apps[0].Tokens = config.TokenSource{Kind: config.BySecret, Value: "wrong"}
		p.server.Fail(wechattest.Errcode(40125).On("token"))
		step := found(t, p.examine(t), "token")
		if step.Status != doctor.Failure || !strings.Contains(step.Remedy.English, "which is wrong or was reset") {
			t.Errorf("%+v", step)
		}
	})
	t.Run("an example of an appid", func(t *testing.T) {
		const other = "wx1111222233334444"
		p := healthy(t)
		p.settings().Apps[0].ID = other
		p.options.Settings.Mistakes = []string{"WXAPP_APPS_FILE: line 3 of " + other + ": use the form {appid: " + "wx0123456789abcdef}"}
		steps := doctor.Run(t.Context(), p.withClients(t), func(doctor.Step) {})
		if got := found(t, steps, "settings").Cause.English; got != "WXAPP_APPS_FILE: line 3 of wx11…4444: use the form {appid: wx0123456789abcdef}" {
			t.Error(got)
		}
	})
}

// A proxy that does not answer is named as the cause, whatever it is asked for.
func TestProxyThatDoesNotAnswer(t *testing.T) {
	p := healthy(t)
	p.settings().APIURL = "https://api.weixin.invalid"
	address := "http://" + closedPort
	p.options.HTTP = &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(address) }}}
	step := found(t, p.examine(t), "tcp")
	if step.Status != doctor.Failure || !strings.Contains(step.Remedy.English, "start the proxy") {
		t.Errorf("%+v", step)
	}
}
