package wechattest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRealSocket(t *testing.T) {
	wechat := &Server{
		NoTokens:  true,
		Published: func(_ string, day time.Time) time.Time { return day.Add(24 * time.Hour) },
	}
	server := httptest.NewServer(wechat)
	defer server.Close()
	yesterday := (dayOf(time.Now()) - 1).String()
	body := `{"begin_date":"` + yesterday + `","end_date":"` + yesterday + `"}`
	post := func(transport http.RoundTripper, body io.Reader) (status int, answer map[string]any) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			server.URL+"/datacube/getweanalysisappiduserportrait", body)
		if err != nil {
			t.Fatal(err)
		}
		response, err := (&http.Client{Transport: transport}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode == http.StatusOK {
			if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
				t.Error(err)
			}
		}
		return response.StatusCode, answer
	}
	if status, answer := post(server.Client().Transport, strings.NewReader(body)); rowsOf(t, answer) == 0 {
		t.Errorf("status %d, no rows", status)
	}
	for _, transport := range []http.RoundTripper{server.Client().Transport, wechat} {
		if status, _ := post(transport, io.MultiReader(strings.NewReader(body))); status != http.StatusPreconditionFailed {
			t.Errorf("a body of unknown length is answered by HTTP %d", status)
		}
	}
	if calls := wechat.Calls(); calls[1].Code != "http_412" || calls[2].Code != "http_412" {
		t.Errorf("recorded as %+v", calls[1:])
	}
}

func TestInFlight(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		c.server.Latency = time.Second
		for range 3 {
			go c.token("wxa")
		}
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		if n := c.server.InFlight(); n != 3 {
			t.Errorf("%d calls in flight, want 3", n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		c.token("wxa")
		if now, most := c.server.InFlight(), c.server.MaxInFlight(); now != 0 || most != 3 {
			t.Errorf("%d calls in flight, %d at most, want 0 and 3", now, most)
		}
		if calls := c.server.Calls(); len(calls) != 4 || calls[0].Endpoint != "token" || calls[0].AppID != "wxa" {
			t.Errorf("calls: %+v", calls)
		}
		c.server.ForgetCalls()
		if calls, most := c.server.Calls(), c.server.MaxInFlight(); len(calls) != 0 || most != 0 {
			t.Errorf("%d calls and %d at once after they were forgotten", len(calls), most)
		}
	})
}

func TestQuota(t *testing.T) {
	at(t, "2024-03-10 23:00", func(c client) {
		c.server.DailyLimit = 2
		token, _ := c.token("wxa")
		wantQuota := func(want string) {
			t.Helper()
			answer := c.post("/cgi-bin/openapi/quota/get?access_token="+token,
				`{"cgi_path":"/datacube/getweanalysisappiduserportrait"}`)
			if got := text(t, answer["quota"]); got != want || answer["errcode"] != 0.0 {
				t.Errorf("%v, want the quota %s", answer, want)
			}
		}
		wantQuota(`{"daily_limit":2,"remain":2,"used":0}`)
		c.wantErrcode(c.portrait(token, "20240309", "20240309"), 0)
		wantQuota(`{"daily_limit":2,"remain":1,"used":1}`)
		c.wantErrcode(c.portrait(token, "20240309", "20240309"), 0)
		c.wantErrcode(c.portrait(token, "20240309", "20240309"), 45009)
		wantQuota(`{"daily_limit":2,"remain":0,"used":2}`)
		other, _ := c.token("wxb")
		c.wantErrcode(c.portrait(other, "20240309", "20240309"), 0)
		time.Sleep(time.Hour)
		wantQuota(`{"daily_limit":2,"remain":2,"used":0}`)
		c.wantErrcode(c.portrait(token, "20240309", "20240309"), 0)

		c.wantErrcode(c.post("/cgi-bin/openapi/quota/get?access_token="+token, `{"cgi_path":"/x"}`), 76021)
		c.wantErrcode(c.post("/cgi-bin/openapi/quota/get?access_token="+token, `{}`), 47001)
		c.wantErrcode(c.post("/cgi-bin/openapi/quota/get", `{}`), 41001)
		c.wantErrcode(c.post("/cgi-bin/clear_quota", `{}`), 40066)
	})
}
