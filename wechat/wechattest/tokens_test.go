package wechattest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestStableToken(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		portrait := func(token string) map[string]any { return c.portrait(token, "20240309", "20240309") }
		first, life := c.token("wxa")
		if life != 7200 {
			t.Errorf("a new token lives %d s", life)
		}
		time.Sleep(6855 * time.Second)
		if again, life := c.token("wxa"); again != first || life != 345 {
			t.Errorf("another token, or a life of %d s, want 345 as documented", life)
		}
		time.Sleep(45 * time.Second) // five minutes before the end
		second, life := c.token("wxa")
		if second == first || life != 7200 {
			t.Errorf("the token is not renewed, life %d s", life)
		}
		c.wantErrcode(portrait(first), 0)
		time.Sleep(5 * time.Minute)
		c.wantErrcode(portrait(first), 42001)
		c.wantErrcode(portrait(second), 0)

		forced, _ := tokenIn(t, c.post("/cgi-bin/stable_token",
			`{"grant_type":"client_credential","appid":"wxa","secret":"s","force_refresh":true}`))
		if forced == second {
			t.Error("force_refresh returned the old token")
		}
		c.wantErrcode(portrait(second), 40001)
		c.wantErrcode(portrait(forced), 0)
		if other, _ := c.token("wxb"); other == forced {
			t.Error("two apps have one token")
		}
	})
}

func TestPlainToken(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		plain := func() string {
			token, life := tokenIn(t, c.do(http.MethodGet,
				"/cgi-bin/token?grant_type=client_credential&appid=wxa&secret=s", ""))
			if life != 7200 {
				t.Errorf("a plain token lives %d s", life)
			}
			return token
		}
		portrait := func(token string) map[string]any { return c.portrait(token, "20240309", "20240309") }
		stable, _ := c.token("wxa")
		first := plain()
		second := plain()
		if first == second {
			t.Error("the second call returned the first token")
		}
		c.wantErrcode(portrait(first), 0)
		time.Sleep(5 * time.Minute)
		c.wantErrcode(portrait(first), 42001)
		c.wantErrcode(portrait(second), 0)
		c.wantErrcode(portrait(stable), 0)
		c.wantErrcode(c.post("/cgi-bin/token?grant_type=client_credential&appid=wxa&secret=s", ""), 43001)
	})
}

func TestTokensDie(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		portrait := func(token string) map[string]any { return c.portrait(token, "20240309", "20240309") }
		a, _ := c.token("wxa")
		b, _ := c.token("wxb")
		c.server.RevokeTokens("wxa")
		c.wantErrcode(portrait(a), 40001)
		c.wantErrcode(portrait(b), 0)
		if again, _ := c.token("wxa"); again == a {
			t.Error("a revoked token is handed out")
		} else {
			a = again
		}
		c.wantErrcode(portrait(a), 0)
		c.server.ExpireTokens()
		c.wantErrcode(portrait(a), 42001)
		c.wantErrcode(portrait(b), 42001)
		if again, life := c.token("wxb"); again == b || life != 7200 {
			t.Error("an expired token is handed out")
		}
		time.Sleep(25 * time.Hour)
		c.token("wxc")
		if n := len(c.server.tokens); n > 2 {
			t.Errorf("%d tokens are remembered a day after the death of most", n)
		}
	})
}

func TestTokensAreLongAtTimes(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		var short, long int
		for i := range 40 {
			if token, _ := c.token("wx" + strings.Repeat("x", i)); len(token) >= 512 {
				long++
			} else {
				short++
			}
		}
		if long == 0 || short == 0 {
			t.Errorf("%d tokens of 512 characters and more, %d shorter ones", long, short)
		}
	})
}

func TestCredentials(t *testing.T) {
	apps := map[string]App{
		"wxa": {Secret: "right"},
		"wxb": {},
		"wxc": {AllowList: []string{"198.51.100.7"}},
		"wxd": {AllowList: []string{"198.51.100.7", CallerIP}},
	}
	tests := []struct {
		body string
		want int
	}{
		{`{"grant_type":"client_credential","appid":"wxa","secret":"right"}`, 0},
		{`{"grant_type":"client_credential","appid":"wxa","secret":"right","force_refresh":false}`, 0},
		{`{"grant_type":"client_credential","appid":"wxa","secret":"wrong"}`, 40125},
		{`{"grant_type":"client_credential","appid":"wxa"}`, 41004},
		{`{"grant_type":"client_credential","appid":"wxb","secret":"any"}`, 0},
		{`{"grant_type":"client_credential","appid":"wxz","secret":"right"}`, 40013},
		{`{"grant_type":"client_credential","secret":"right"}`, 41002},
		{`{"grant_type":"password","appid":"wxa","secret":"right"}`, 40002},
		{`{"grant_type":"client_credential","appid":"wxa","secret":"right","force_refresh":"no"}`, 47001},
		{`grant_type=client_credential&appid=wxa&secret=right`, 47001},
		{`{"grant_type":"client_credential","appid":"wxc","secret":"s"}`, 40164},
		{`{"grant_type":"client_credential","appid":"wxd","secret":"s"}`, 0},
	}
	at(t, "2024-03-10 12:00", func(c client) {
		c.server.Apps = apps
		for _, test := range tests {
			answer := c.post("/cgi-bin/stable_token", test.body)
			if got := c.errcode(answer); got != test.want {
				t.Errorf("%s: errcode %d, want %d", test.body, got, test.want)
			}
		}
		c.wantErrcode(c.do(http.MethodGet, "/cgi-bin/stable_token", `{}`), 43002)
		c.wantErrcode(c.do(http.MethodGet, "/cgi-bin/token?grant_type=client_credential&appid=wxa&secret=wrong", ""), 40125)
	})
	at(t, "2021-08-14 12:04", func(c client) {
		c.server.Apps = apps
		answer := c.post("/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"wxc","secret":"s"}`)
		const want = "invalid ip 203.0.113.30 ipv6 ::ffff:203.0.113.30, not in whitelist rid: 611740b0-" // the time in hex
		if errmsg, _ := answer["errmsg"].(string); !strings.HasPrefix(errmsg, want) {
			t.Errorf("errmsg %q, want %q…", errmsg, want)
		}
	})
}

func TestNoTokens(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		c.server.NoTokens = true
		c.server.Apps = map[string]App{"wxa": {Users: 100}}
		answer := c.post("/datacube/getweanalysisappiduserportrait", `{"begin_date":"20240309","end_date":"20240309"}`)
		if rowsOf(t, answer) == 0 {
			t.Error("no rows")
		}
		if call := c.server.Calls()[0]; call.AppID != "wxa" {
			t.Errorf("recorded as %+v", call)
		}
		c.wantErrcode(c.portrait("wrong", "20240309", "20240309"), 40001)
	})
}
