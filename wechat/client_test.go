package wechat

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func TestUserPortraitOnTheWire(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.ContentLength != int64(len(body)) || r.ContentLength <= 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("Content-Length %d, Transfer-Encoding %v for a body of %d bytes", r.ContentLength, r.TransferEncoding, len(body))
		}
		if got, want := string(body), `{"begin_date":"20170611","end_date":"20170617"}`; got != want {
			t.Errorf("body %s, want %s", got, want)
		}
		if got, want := r.Method+" "+r.URL.String(), "POST /prefix/datacube/getweanalysisappiduserportrait?access_token=to%2Bken"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := r.Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("Content-Type %q", got)
		}
		w.Header().Set("Content-Type", "application/json; encoding=utf-8")
		_, _ = io.WriteString(w, sample(t, "portrait-documented.json"))
	}))
	defer server.Close()

	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("to+ken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, baseURL := range []string{server.URL + "/prefix", server.URL + "/prefix/"} {
		var seen calls
		client := &Client{BaseURL: baseURL, Tokens: &FileTokens{Path: file}, Observe: seen.observe}
		p, err := client.Ask(t.Context(), statistic(t, "7d"), week(t))
		if err != nil {
			t.Fatal(err)
		}
		if p.RefDate != "20170611" || len(p.Numbers.(Portrait)) != 12 || string(p.Bytes) != sample(t, "portrait-documented.json") {
			t.Errorf("got %+v", p)
		}
		if got := seen.String(); got != "user_portrait 0" {
			t.Errorf("observed %s", got)
		}
	}
}

func TestCallsWithoutTokens(t *testing.T) {
	client := &Client{HTTP: wire(func(r *http.Request) (*http.Response, error) {
		if got, want := r.URL.String(), "https://api.weixin.qq.com/datacube/getweanalysisappiduserportrait"; got != want {
			t.Errorf("called %s, want %s", got, want)
		}
		return answer(http.StatusOK, emptyPortrait), nil
	}).client()}
	p, err := client.Ask(t.Context(), statistic(t, "7d"), week(t))
	if err != nil || !p.Empty() {
		t.Fatalf("got %+v, %v", p, err)
	}
	if !client.TokenExpiry().IsZero() {
		t.Error("a token's expiry without a token")
	}
}

func TestQuota(t *testing.T) {
	var body string
	client := &Client{HTTP: wire(func(r *http.Request) (*http.Response, error) {
		text, _ := io.ReadAll(r.Body)
		body = r.URL.Path + " " + string(text)
		return answer(http.StatusOK, `{"errcode":0,"errmsg":"ok","quota":{"daily_limit":1000,"used":"12","remain":988.0}}`), nil
	}).client()}
	got, err := client.Quota(t.Context(), EndpointUserPortrait)
	if want := (Quota{Limit: 1000, Used: 12, Remaining: 988}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if want := `/cgi-bin/openapi/quota/get {"cgi_path":"/datacube/getweanalysisappiduserportrait"}`; body != want {
		t.Errorf("sent %s, want %s", body, want)
	}

	client.HTTP = script(sample(t, "quota-documented.json")).client()
	if got, err := client.Quota(t.Context(), EndpointUserPortrait); err != nil || got != (Quota{}) {
		t.Errorf("the documented answer: got %+v, %v", got, err)
	}
	client.HTTP = script(`{"quota":{"daily_limit":1000,"used":1007,"remain":-7}}`).client()
	if got, err := client.Quota(t.Context(), EndpointUserPortrait); err != nil || got != (Quota{Limit: 1000, Used: 1007}) {
		t.Errorf("more is used than allowed: got %+v, %v", got, err)
	}
	for _, text := range []string{`{"errcode":0}`, `{"quota":[]}`, `{"quota":{"daily_limit":1,"used":1}}`, `{"quota":{"daily_limit":1,"used":1,"remain":NaN}}`} {
		client.HTTP = script(text).client()
		if _, err := client.Quota(t.Context(), EndpointUserPortrait); ReasonOf(err) != ReasonDecode {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	const token1, token2 = `{"access_token":"first","expires_in":7200}`, `{"access_token":"second","expires_in":7200}`
	for _, code := range []string{"40001", "40014", "42001"} {
		refused := `{"errcode":` + code + `,"errmsg":"access_token expired rid: 611740a4-27f9a8ba-065da01b"}`
		for _, test := range []struct {
			name     string
			bodies   []string
			observed string
			reason   Reason
		}{
			{
				"repeated",
				[]string{token1, refused, token2, emptyPortrait},
				"token 0, user_portrait " + code + ", token 0, user_portrait 0", "",
			},
			{
				"refused again",
				[]string{token1, refused, token2, refused, emptyPortrait},
				"token 0, user_portrait " + code + ", token 0, user_portrait " + code, ReasonToken,
			},
			{
				"no new token",
				[]string{token1, refused, `{"errcode":40125,"errmsg":"invalid appsecret"}`},
				"token 0, user_portrait " + code + ", token 40125", ReasonCredentials,
			},
		} {
			t.Run(code+" "+test.name, func(t *testing.T) {
				var seen calls
				http := script(test.bodies...).client()
				client := &Client{HTTP: http, Observe: seen.observe, Tokens: &SecretTokens{
					AppID: "wx0123456789abcdef", Secret: knownSecret("the secret"), HTTP: http, Observe: seen.observe,
				}}
				_, err := client.Ask(t.Context(), statistic(t, "7d"), week(t))
				if ReasonOf(err) != test.reason {
					t.Errorf("got %v, want reason %q", err, test.reason)
				}
				if got := seen.String(); got != test.observed {
					t.Errorf("observed %s, want %s", got, test.observed)
				}
			})
		}
	}
}

func TestQuotaReplacesRefusedToken(t *testing.T) {
	http := script(`{"access_token":"first"}`, `{"errcode":42001,"errmsg":""}`, `{"access_token":"second"}`,
		sample(t, "quota-documented.json")).client()
	client := &Client{HTTP: http, Tokens: &SecretTokens{Secret: knownSecret("the secret"), HTTP: http}}
	if _, err := client.Quota(t.Context(), EndpointUserPortrait); err != nil {
		t.Error(err)
	}
}

func TestRefusalWithoutTokensIsNotRepeated(t *testing.T) {
	var seen calls
	client := &Client{HTTP: script(`{"errcode":40001,"errmsg":""}`).client(), Observe: seen.observe}
	if _, err := client.Ask(t.Context(), statistic(t, "7d"), week(t)); ReasonOf(err) != ReasonToken {
		t.Errorf("got %v", err)
	}
	if got := seen.String(); got != "user_portrait 40001" {
		t.Errorf("observed %s", got)
	}
}
