package wechattest

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const host = "https://api.weixin.qq.com"

// client calls a server without a socket and expects answers of HTTP 200.
type client struct {
	*testing.T
	server *Server
}

func (c client) do(method, path, body string) map[string]any {
	c.Helper()
	request, err := http.NewRequestWithContext(c.Context(), method, host+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	response, err := (&http.Client{Transport: c.server}).Do(request)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/json; encoding=utf-8" {
		c.Fatalf("%s %s: %s, %s", method, path, response.Status, response.Header.Get("Content-Type"))
	}
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		c.Fatal(err)
	}
	return answer
}

func (c client) post(path, body string) map[string]any {
	c.Helper()
	return c.do(http.MethodPost, path, body)
}

// token returns a stable token and its remaining life in seconds.
func (c client) token(appid string) (value string, expiresIn int) {
	c.Helper()
	answer := c.post("/cgi-bin/stable_token",
		`{"grant_type":"client_credential","appid":"`+appid+`","secret":"s","force_refresh":false}`)
	return tokenIn(c.T, answer)
}

func tokenIn(t *testing.T, answer map[string]any) (value string, expiresIn int) {
	t.Helper()
	value, _ = answer["access_token"].(string)
	seconds, _ := answer["expires_in"].(float64)
	if len(value) < 100 || seconds < 1 || seconds > 7200 {
		t.Fatalf("no token: %v", answer)
	}
	return value, int(seconds)
}

func (c client) portrait(token, begin, end string) map[string]any {
	c.Helper()
	return c.post("/datacube/getweanalysisappiduserportrait?access_token="+token,
		`{"begin_date":"`+begin+`","end_date":"`+end+`"}`)
}

// errcode returns the errcode of an answer, 0 for a success.
func (c client) errcode(answer map[string]any) int {
	c.Helper()
	code, failed := answer["errcode"].(float64)
	if !failed {
		return 0
	}
	if errmsg, _ := answer["errmsg"].(string); !rid.MatchString(errmsg) {
		c.Errorf("errmsg %q does not end with the id of the request", errmsg)
	}
	return int(code)
}

var rid = regexp.MustCompile(`^.+ rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`)

func (c client) wantErrcode(answer map[string]any, want int) {
	c.Helper()
	if got := c.errcode(answer); got != want {
		c.Errorf("errcode %d, want %d: %.200v", got, want, answer)
	}
}

// rowsOf counts the rows of all twelve lists, which must be there.
func rowsOf(t *testing.T, answer map[string]any) (rows int) {
	t.Helper()
	for _, metric := range []string{"visit_uv", "visit_uv_new"} {
		lists, _ := answer[metric].(map[string]any)
		for _, dimension := range []string{"province", "city", "genders", "platforms", "devices", "ages"} {
			list, ok := lists[dimension].([]any)
			if !ok || len(lists) != 6 || len(answer) != 3 {
				t.Fatalf("no list %s %s, or others: %.300v", metric, dimension, answer)
			}
			rows += len(list)
		}
	}
	return rows
}

// at runs a test with a clock that shows a time in Shanghai.
func at(t *testing.T, datetime string, test func(client)) {
	t.Helper()
	start, err := time.ParseInLocation("2006-01-02 15:04", datetime, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		test(client{t, &Server{}})
	})
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// text returns a value as JSON with sorted keys.
func text(t *testing.T, value any) string {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
