package wechattest

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestFaultsOfTheNetwork holds that a fault looks the same through a socket and
// through RoundTrip.
func TestFaultsOfTheNetwork(t *testing.T) {
	tests := map[string]struct {
		fault  Fault
		status int // 0: none
		body   string
		err    error  // of the call or of reading the body
		code   string // as recorded
	}{
		"bad gateway": {HTTPStatus(502), 502, "<h1>502 Bad Gateway</h1>", nil, "http_502"},
		"cut":         {CutBody(), 200, `{"err`, io.ErrUnexpectedEOF, "network"},
		"hang up":     {HangUp(), 0, "", io.EOF, "network"},
		"hang":        {Hang(), 0, "", context.Canceled, "network"},
		"late":        {Delay(time.Hour), 0, "", context.Canceled, "network"},
		"HTML":        {HTML(), 200, "<!DOCTYPE html>", nil, "body"},
		"garbage":     {Garbage(), 200, "\x1f\x8b", nil, "body"},
		"own body":    {Body(`{"a":1}`), 200, `{"a":1}`, nil, "body"},
		"errcode":     {Errcode(-1), 200, `"errcode":-1`, nil, "-1"},
		"nearly JSON": {NearlyJSON(), 200, "\xef\xbb\xbf{\"note\":\"a\tb\x00\",\"number\":NaN,\"err", nil, "41001"},
		"huge":        {Huge(), 200, "41001", nil, "41001"},
	}
	for name, test := range tests {
		for _, transport := range []string{"socket", "RoundTrip"} {
			t.Run(name+" through "+transport, func(t *testing.T) {
				wechat := &Server{}
				wechat.Fail(test.fault)
				ctx, giveUp := context.WithCancel(t.Context())
				defer giveUp()
				arrived := func() {
					if errors.Is(test.err, context.Canceled) {
						giveUp()
					}
				}
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					arrived()
					wechat.ServeHTTP(w, r)
				}))
				defer server.Close()
				client := server.Client()
				if transport == "RoundTrip" {
					client.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
						go arrived()
						return wechat.RoundTrip(r)
					})
				}
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+portraitPath, strings.NewReader("{}"))
				if err != nil {
					t.Fatal(err)
				}
				response, err := client.Do(request)
				if err == nil {
					if response.StatusCode != test.status {
						t.Errorf("status %s, want %d", response.Status, test.status)
					}
					if name == "huge" {
						if _, err := io.CopyN(io.Discard, response.Body, 8<<20); err != nil {
							t.Fatalf("not more than 8 MiB: %v", err)
						}
					}
					var body []byte
					body, err = io.ReadAll(response.Body)
					_ = response.Body.Close()
					if !strings.Contains(string(body), test.body) {
						t.Errorf("body %.100q, want %.100q in it", body, test.body)
					}
					if test.err != nil && int64(len(body)) >= response.ContentLength {
						t.Errorf("%d bytes of %d, want fewer", len(body), response.ContentLength)
					}
				} else if test.status != 0 {
					t.Fatal(err)
				}
				if !errors.Is(err, test.err) {
					t.Errorf("error %v, want %v", err, test.err)
				}
				server.Close() // waits for the handler, which notices later that the caller has left
				if calls := wechat.Calls(); len(calls) != 1 || calls[0].Code != test.code {
					t.Errorf("recorded as %+v, want the code %s", calls, test.code)
				}
			})
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestFaultsHitWhatTheyAreFor(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		a, _ := c.token("wxa")
		b, _ := c.token("wxb")
		portrait := func(token string) int { return c.errcode(c.portrait(token, "20240309", "20240309")) }
		token := func(appid string) int {
			return c.errcode(c.post("/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"`+appid+`","secret":"s"}`))
		}
		want := func(what string, got, want int) {
			t.Helper()
			if got != want {
				t.Errorf("%s: errcode %d, want %d", what, got, want)
			}
		}

		c.server.Fail(Errcode(-1).For("wxa").On("user_portrait").Times(2))
		c.server.Fail(Errcode(61504))
		want("other app", portrait(b), 61504)
		want("other endpoint", token("wxa"), 61504)
		want("first", portrait(a), -1)
		want("second", portrait(a), -1)
		want("third, the next fault", portrait(a), 61504)
		c.server.ClearFaults()
		want("none", portrait(a), 0)

		calls := c.server.Calls()
		last, failed := calls[len(calls)-1], calls[4]
		if last.Code != "0" || last.AppID != "wxa" || last.Endpoint != "user_portrait" || last.Begin != "20240309" || last.End != "20240309" {
			t.Errorf("the last call is recorded as %+v", last)
		}
		if failed.Code != "-1" || failed.AppID != "wxa" || !failed.Time.Equal(time.Now()) {
			t.Errorf("the failed call is recorded as %+v", failed)
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("a fault on an unknown endpoint is taken")
		}
	}()
	_ = Errcode(-1).On("portrait")
}

func TestFaultsOfThePortrait(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		token, _ := c.token("wxa")
		ask := func(f Fault) map[string]any {
			c.server.ClearFaults()
			c.server.Fail(f)
			return c.portrait(token, "20240309", "20240309")
		}
		genders := func(answer map[string]any) []any {
			return answer["visit_uv"].(map[string]any)["genders"].([]any)
		}
		good := c.portrait(token, "20240309", "20240309")
		sum := func(rows []any, key string) (sum float64) {
			for _, row := range rows {
				sum += row.(map[string]any)[key].(float64)
			}
			return sum
		}
		users := sum(genders(good), "value")

		if rows := rowsOf(t, ask(Empty())); rows != 0 {
			t.Errorf("Empty has %d rows", rows)
		}
		twice := ask(DuplicateRows())
		if a, b := rowsOf(t, twice), 2*rowsOf(t, good); a != b {
			t.Errorf("DuplicateRows has %d rows, want %d", a, b)
		}
		if got := sum(genders(twice), "value"); got != users {
			t.Errorf("DuplicateRows has %v users, want %v", got, users)
		}
		if a, b := rowsOf(t, ask(UnusableRows())), rowsOf(t, good)+12*15; a != b {
			t.Errorf("UnusableRows has %d rows, want %d", a, b)
		}
		misspelled := ask(Misspelled())
		if got := sum(genders(misspelled), "access_source_visit_uv"); got != users {
			t.Errorf("Misspelled has %v users, want %v", got, users)
		}
		active := misspelled["visit_uv"].(map[string]any)
		if _, ok := active["platfomrs"]; !ok || active["platforms"] != nil {
			t.Error("Misspelled has no platfomrs, or platforms too")
		}
		if _, isList := ask(Retention())["visit_uv"].([]any); !isList {
			t.Error("Retention has no list as visit_uv")
		}
	})
}

// TestErrcodesHaveMessages holds that every errcode that is scripted is answered with
// a message that ends with the id of the request.
func TestErrcodesHaveMessages(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		for _, code := range slices.AppendSeq([]int{40164, 61004, 99999}, maps.Keys(errmsgs)) {
			c.server.Fail(Errcode(code).Times(1))
			answer := c.post("/cgi-bin/stable_token", `{}`)
			c.wantErrcode(answer, code)
			errmsg, _ := answer["errmsg"].(string)
			if known := !strings.HasPrefix(errmsg, "unknown error"); known != (code != 99999) {
				t.Errorf("errcode %d has the message %q", code, errmsg)
			}
		}
	})
}

func TestPanicsOfOthersPass(t *testing.T) {
	defer func() {
		if p := recover(); p != "mine" {
			t.Errorf("recovered %v", p)
		}
	}()
	wechat := &Server{NoTokens: true, Published: func(string, time.Time) time.Time { panic("mine") }}
	yesterday := (dayOf(time.Now()) - 1).String()
	request := httptest.NewRequest(http.MethodPost, portraitPath,
		strings.NewReader(`{"begin_date":"`+yesterday+`","end_date":"`+yesterday+`"}`))
	response, err := wechat.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
	}
	t.Errorf("the panic became an answer and the error %v", err)
}
