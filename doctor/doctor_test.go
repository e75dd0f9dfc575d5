package doctor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

const (
	appid  = "wx0123456789abcdef"
	second = "wxfedcba9876543210"
	secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
)

// bySecret is where the tokens of all apps come from.
var bySecret = config.TokenSource{Kind: config.BySecret, Value: secret}

// patient is a set-up to be looked at.
type patient struct {
	server  *wechattest.Server
	options doctor.Options
}

// healthy returns a set-up in which all is well, on a simulated WeChat that has published
// yesterday.
func healthy(t *testing.T) *patient {
	t.Helper()
	server := &wechattest.Server{
		Published: func(string, time.Time) time.Time { return time.Time{} },
	}
	p := &patient{server: server, options: doctor.Options{
		Settings: config.Inspection{Config: config.Config{
			Apps:     []config.App{{ID: appid, Name: appid, Tokens: bySecret}},
			Datasets: wechat.Datasets()[:1], PollInterval: 30 * time.Minute,
			TokenEndpoint: config.StableToken,
			Archive:       config.Archive{Folder: filepath.Join(t.TempDir(), "data"), Setting: "WXAPP_ARCHIVE"},
		}},
		HTTP: wechat.NewHTTPClient(doctor.MaxRequest, "test"),
	}}
	p.serve(t, server)
	return p
}

func (p *patient) settings() *config.Config { return &p.options.Settings.Config }

// clients returns the clients of the apps of the settings.
func (p *patient) clients() map[string]*wechat.Client {
	all := map[string]*wechat.Client{}
	for _, app := range p.settings().Apps {
		client := &wechat.Client{BaseURL: p.settings().APIURL, HTTP: p.options.HTTP}
		if p.settings().TokenEndpoint != config.NoToken {
			client.Tokens = &wechat.SecretTokens{
				AppID: app.ID, Secret: func() (wechat.Secret, error) { return app.Tokens.Value, nil },
				Endpoint: wechat.StableToken, BaseURL: client.BaseURL, HTTP: client.HTTP,
			}
		}
		all[app.ID] = client
	}
	return all
}

// serve puts a handler in the place of WeChat.
func (p *patient) serve(t *testing.T, handler http.Handler) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	p.settings().APIURL = server.URL
}

// examine runs all steps. It holds that they can be pasted in public.
func (p *patient) examine(t *testing.T) []doctor.Step {
	t.Helper()
	var reported []doctor.Step
	steps := doctor.Run(t.Context(), p.withClients(t), func(s doctor.Step) { reported = append(reported, s) })
	if !slices.Equal(steps, reported) {
		t.Errorf("reported %v, returned %v", reported, steps)
	}
	text := fmt.Sprint(steps)
	for _, private := range []string{appid, second, secret, "access_token="} {
		if strings.Contains(text, private) {
			t.Errorf("the steps show %s: %s", private, text)
		}
	}
	for _, s := range steps {
		wrong := s.Status == doctor.Failure
		if wrong && (s.Cause.English == "" || s.Cause.Chinese == "" || s.Remedy.English == "" || s.Remedy.Chinese == "") {
			t.Errorf("%s fails without cause or remedy: %+v", s.Name, s)
		}
	}
	return steps
}

// withClients returns the options with what the program adds to the settings.
func (p *patient) withClients(t *testing.T) doctor.Options {
	t.Helper()
	if p.options.Bucket == nil {
		p.options.Bucket = archive.Folder{Path: p.settings().Archive.Folder}
	}
	p.options.Clients = p.clients()
	return p.options
}

// examineInNoTime is examine without a network, in the time of synctest: what is never
// answered costs no time, and what is answered is never too late.
func (p *patient) examineInNoTime(t *testing.T) (steps []doctor.Step) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p.options.HTTP = &http.Client{Transport: p.server, Timeout: doctor.MaxRequest}
		steps = p.examine(t)
	})
	return steps
}

// found returns the step of a name; the first, if there are several.
func found(t *testing.T, steps []doctor.Step, name string) doctor.Step {
	t.Helper()
	for _, s := range steps {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no step %s in %v", name, steps)
	return doctor.Step{}
}

// outcomes returns the steps as name=status, for a comparison.
func outcomes(steps []doctor.Step) string {
	var words []string
	for _, s := range steps {
		words = append(words, s.Name+"="+string(s.Status))
	}
	return strings.Join(words, " ")
}

func TestHealthy(t *testing.T) {
	p := healthy(t)
	steps := p.examine(t)
	want := "settings=ok dns=ok tcp=ok tls=skipped proxy=ok clock=ok token=ok allow_list=ok permission=ok " +
		"window_30d=ok window_7d=ok window_1d=ok quota=ok archive=ok push=skipped"
	if got := outcomes(steps); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := doctor.Judge(steps); got != (doctor.Verdict{Status: doctor.OK}) {
		t.Error(got)
	}
	yesterday := wechat.DayOf(time.Now()).Add(-1).Begin().Format(time.DateOnly)
	cause := found(t, steps, "window_1d").Cause
	if !regexp.MustCompile(`^\d[\d,]* rows for ` + yesterday + `$`).MatchString(cause.English) {
		t.Errorf("the window: %q", cause.English)
	}
	if !strings.Contains(found(t, steps, "quota").Cause.English, "these settings use 6 calls a day, and up to 32 more while waiting for publication; left today: user_portrait ") {
		t.Errorf("the quota: %+v", found(t, steps, "quota"))
	}
	calls := map[string]int{}
	for _, call := range p.server.Calls() {
		calls[call.Endpoint+" "+call.Code]++
	}
	// 43002 is the call without a token, which WeChat does not count.
	if calls["token 0"] != 1 || calls["user_portrait 0"] != 3 || calls["quota 0"] != 1 || calls["user_portrait 43002"] != 1 || len(calls) != 4 {
		t.Errorf("the calls: %v", calls)
	}
}

// TestWrong holds that each thing that can be wrong is found in its own step, with the
// remedy and the exit code of that.
func TestWrong(t *testing.T) {
	answers := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	}
	tests := []struct {
		name         string
		harm         func(*testing.T, *patient)
		step         string
		cause        string
		remedy       string
		code         int
		otherwiseNot string // a step that is not skipped, although this one fails
	}{
		{
			name: "wrong secret",
			harm: func(_ *testing.T, p *patient) {
				p.server.Apps = map[string]wechattest.App{appid: {Secret: "another"}}
			},
			step: "token", cause: "40125", remedy: "correct the AppSecret", code: 16,
		},
		{
			name: "not on the allow-list",
			harm: func(_ *testing.T, p *patient) {
				p.server.Apps = map[string]wechattest.App{appid: {AllowList: []string{"203.0.113.9"}}}
			},
			step: "allow_list", cause: "invalid ip 127.0.0.1", remedy: "add 127.0.0.1 to the app's IP allow-list", code: 17,
		},
		{
			name: "not on the allow-list of the API",
			harm: func(_ *testing.T, p *patient) {
				p.server.Fail(wechattest.Errcode(61004).On("user_portrait").For(appid))
			},
			step: "allow_list", cause: "61004", remedy: "add 127.0.0.1", code: 17,
		},
		{
			name: "the administrator has not agreed",
			harm: func(_ *testing.T, p *patient) {
				p.server.Fail(wechattest.Errcode(89503).On("token"))
			},
			step: "allow_list", cause: "89503", remedy: "administrator", code: 17,
		},
		{
			name: "not certified",
			harm: func(_ *testing.T, p *patient) {
				p.server.Fail(wechattest.Errcode(48001).On("user_portrait").For(appid))
			},
			step: "permission", cause: "48001", remedy: "the account is certified", code: 18, otherwiseNot: "quota",
		},
		{
			name: "frozen",
			harm: func(_ *testing.T, p *patient) {
				p.server.Fail(wechattest.Errcode(50007).On("token"))
			},
			step: "permission", cause: "50007", remedy: "resolve the restriction", code: 18,
		},
		{
			name: "quota used up",
			harm: func(_ *testing.T, p *patient) {
				p.server.Fail(wechattest.Errcode(45009).On("user_portrait").For(appid))
			},
			step: "quota", cause: "45009", remedy: "wait until the next day", code: 20,
		},
		{
			name: "busy",
			harm: func(_ *testing.T, p *patient) {
				p.server.Fail(wechattest.Errcode(61504).On("user_portrait").For(appid).Times(1))
			},
			step: "window_30d", cause: "61504", remedy: "WeChat is busy", code: 19, otherwiseNot: "permission",
		},
		{
			name: "login page",
			harm: func(_ *testing.T, p *patient) {
				p.server.Fail(wechattest.HTML())
			},
			step: "proxy", cause: "DOCTYPE", remedy: "no proxy or login page answers instead", code: 14,
		},
		{
			name: "failing gateway",
			harm: func(_ *testing.T, p *patient) {
				p.server.Fail(wechattest.HTTPStatus(502))
			},
			step: "proxy", cause: "HTTP 502", remedy: "a proxy in front of it", code: 14,
		},
		{
			name: "JSON that is no object",
			harm: func(t *testing.T, p *patient) { p.serve(t, answers("[1]")) },
			step: "proxy", cause: "not an object", remedy: "login page", code: 14,
		},
		{
			name: "no name",
			harm: func(_ *testing.T, p *patient) {
				p.settings().APIURL = "http://api.weixin.invalid"
				p.options.HTTP = &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{Resolver: &net.Resolver{
					PreferGo: true,
					Dial:     func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no name server") },
				}}).DialContext}}
			},
			step: "dns", cause: "api.weixin.invalid", remedy: "can resolve the name api.weixin.invalid", code: 11,
		},
		{
			name: "refused",
			harm: func(t *testing.T, p *patient) {
				p.settings().APIURL = "http://" + closedPort
			},
			step: "tcp", cause: "connection refused", remedy: "nothing listens there", code: 12,
		},
		{
			name: "clock off by a day",
			harm: func(t *testing.T, p *patient) {
				p.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Date", time.Now().Add(-24*time.Hour).UTC().Format(http.TimeFormat))
					p.server.ServeHTTP(w, r)
				}))
			},
			step: "clock", cause: "24h0m", remedy: "correct this machine's clock", code: 15, otherwiseNot: "token",
		},
		{
			name: "settings",
			harm: func(_ *testing.T, p *patient) {
				p.options.Settings.Mistakes = []string{"WXAPP_TOP: " + appid + " " + secret + " is wrong"}
			},
			step: "settings", cause: "WXAPP_TOP: wx01…cdef [secret] is wrong", remedy: "correct this setting", code: 10, otherwiseNot: "token",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := healthy(t)
			test.harm(t, p)
			steps := p.examine(t)
			step := found(t, steps, test.step)
			if step.Status != doctor.Failure || !strings.Contains(step.Cause.English, test.cause) || !strings.Contains(step.Remedy.English, test.remedy) {
				t.Errorf("got %+v in %s", step, outcomes(steps))
			}
			failures := 0
			for _, s := range steps {
				if s.Status == doctor.Failure {
					failures++
				}
			}
			if failures != 1 {
				t.Errorf("%d failures: %s", failures, outcomes(steps))
			}
			if got := doctor.Judge(steps); got != (doctor.Verdict{Status: doctor.Failure, ExitCode: test.code}) {
				t.Errorf("verdict %+v, want exit code %d", got, test.code)
			}
			if test.otherwiseNot != "" && found(t, steps, test.otherwiseNot).Status != doctor.OK {
				t.Errorf("%s is not ok: %s", test.otherwiseNot, outcomes(steps))
			}
			if other := found(t, steps, "archive"); other.Status != doctor.OK {
				t.Errorf("the archive: %+v", other)
			}
		})
	}
}

// closedPort is an address at which nobody listens: port 1 belongs to a service of the past.
const closedPort = "127.0.0.1:1"

func TestNotPublished(t *testing.T) {
	for name, notReady := range map[string]bool{"errcode": true, "empty": false} {
		t.Run(name, func(t *testing.T) {
			p := healthy(t)
			yesterday := wechat.DayOf(time.Now()).Add(-1).Begin()
			p.server.Published = func(_ string, day time.Time) time.Time {
				if day.Before(yesterday) {
					return time.Time{}
				}
				return time.Now().Add(time.Hour)
			}
			p.server.NotReady = func(string, time.Time) bool { return notReady }
			steps := p.examine(t)
			step := found(t, steps, "window_30d")
			text := yesterday.Format(time.DateOnly) + " is not published yet; "
			if step.Status != doctor.OK || !strings.HasPrefix(step.Cause.English, text) || !strings.Contains(step.Cause.English, " rows for the 30 days up to ") {
				t.Errorf("%+v", step)
			}
			portraits := 0
			for _, call := range p.server.Calls() {
				if call.Endpoint == "user_portrait" && call.Code != "43002" {
					portraits++
				}
			}
			if portraits != 4 {
				t.Errorf("%d calls for the windows, want 1 for yesterday and 3 for the day before", portraits)
			}
		})
	}
}

func TestNoTokenOfOthers(t *testing.T) {
	p := healthy(t)
	p.settings().TokenEndpoint = config.PlainToken
	steps := p.examine(t)
	for _, name := range []string{"token", "allow_list", "permission", "window_30d", "quota"} {
		if s := found(t, steps, name); s.Status != doctor.Skipped || !strings.Contains(s.Cause.English, "would invalidate the one in use") {
			t.Errorf("%+v", s)
		}
	}
	for _, call := range p.server.Calls() {
		if call.Endpoint == "token" {
			t.Error("a token was asked for")
		}
	}
}

// TestSilentWindow holds that nothing is concluded from a call that is not answered.
func TestSilentWindow(t *testing.T) {
	p := healthy(t)
	p.server.Fail(wechattest.Hang().On("user_portrait").For(appid))
	const want = "token=ok allow_list=skipped permission=skipped window_30d=failure window_7d=skipped window_1d=skipped quota=skipped"
	if got := outcomes(p.examineInNoTime(t)); !strings.Contains(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestCloudHosting(t *testing.T) {
	p := healthy(t)
	p.settings().Apps[0].Tokens = config.TokenSource{}
	p.settings().TokenEndpoint = config.NoToken
	steps := p.examine(t)
	if s := found(t, steps, "token"); s.Status != doctor.Failure || !strings.Contains(s.Cause.English, "41001") {
		t.Errorf("outside of the cloud: %+v", s)
	}
	p.server.NoTokens = true
	p.server.Apps = map[string]wechattest.App{appid: {}}
	if got := outcomes(p.examine(t)); !strings.Contains(got, "token=skipped allow_list=ok permission=ok window_30d=ok") {
		t.Errorf("in the cloud: %s", got)
	}
}

func TestSeveralApps(t *testing.T) {
	p := healthy(t)
	apps := &p.settings().Apps
	for i := range 20 {
		*apps = append(*apps, config.App{ID: fmt.Sprintf("wx%016x", i), Tokens: bySecret})
	}
	*apps = append(*apps, config.App{ID: second, Tokens: bySecret})
	p.server.Fail(wechattest.Errcode(40013).On("token").For(second))
	steps := p.examine(t)
	var of []string
	for _, s := range steps {
		if s.App == "wx00…0013" || s.App == doctor.Shorten(second) {
			of = append(of, s.App+" "+s.Name+"="+string(s.Status))
		}
	}
	want := []string{"wx00…0013 token=ok", "wx00…0013 window_30d=ok", "wxfe…3210 token=failure"}
	if !slices.Equal(of, want) {
		t.Errorf("got %q, want %q", of, want)
	}
	if got := p.server.MaxInFlight(); got > 8 {
		t.Errorf("%d calls at once", got)
	}
	if got := doctor.Judge(steps).ExitCode; got != 16 {
		t.Errorf("exit code %d", got)
	}

	p.options.App = second
	for _, s := range p.examine(t) {
		if s.App != "" && s.App != doctor.Shorten(second) {
			t.Errorf("another app was looked at: %+v", s)
		}
	}
	if err := p.options.Check(); err != nil {
		t.Error(err)
	}
	p.options.App = "wx5ec2e70000000000"
	if err := p.options.Check(); err == nil || strings.Contains(err.Error(), p.options.App) {
		t.Errorf("an app that is not there: %v", err)
	}
}

// TestSilentFleet holds that the time-outs of a thousand apps do not add up.
func TestSilentFleet(t *testing.T) {
	p := healthy(t)
	for i := range 1000 {
		p.settings().Apps = append(p.settings().Apps, config.App{ID: fmt.Sprintf("wx%016x", i), Tokens: bySecret})
		if i < 100 {
			p.server.Fail(wechattest.Hang().For(fmt.Sprintf("wx%016x", i)))
		}
	}
	steps := p.examineInNoTime(t)
	counts := map[string]int{}
	for _, s := range steps {
		counts[s.Name+"="+string(s.Status)]++
	}
	if counts["token=failure"] < 8 || counts["token=failure"] > 16 || counts["token=skipped"] < 900 {
		t.Errorf("%v", counts)
	}
}

func TestJSON(t *testing.T) {
	steps := []doctor.Step{
		{Name: "dns", Status: doctor.OK, Cause: text.Both{English: "<e>", Chinese: "中"}, Duration: 1234567 * time.Nanosecond},
		{Name: "push", App: "wx01…cdef", Status: doctor.Failure, Remedy: text.Both{English: "r", Chinese: "修"}},
	}
	var out bytes.Buffer
	if err := doctor.WriteJSON(&out, steps, text.Chinese); err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, out.Bytes()); err != nil {
		t.Fatal(err)
	}
	const want = `{"verdict":"failure","exit_code":22,"steps":[` +
		`{"step":"dns","app":"","status":"ok","cause":"中","remedy":"","seconds":0.001},` +
		`{"step":"push","app":"wx01…cdef","status":"failure","cause":"","remedy":"修","seconds":0}]}` + "\n"
	if compact.String() != strings.TrimSpace(want) {
		t.Errorf("got  %s\nwant %s", &compact, want)
	}
}
