package wechat

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestReach(t *testing.T) {
	date := time.Date(2026, 11, 24, 2, 3, 4, 0, time.UTC)
	for body, want := range map[string]string{
		`{"errcode":41001,"errmsg":"access_token missing"}`: "",
		`{"errmsg":"unheard of","errcode":99999}`:           "",
		`{}`:                  "",
		`<html>log in</html>`: "user_portrait: decode: the answer is not JSON",
		`[]`:                  "user_portrait: decode: the answer is an array",
		``:                    "user_portrait: decode: the answer is not JSON",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.RequestURI() != "/prefix/datacube/getweanalysisappiduserportrait" {
				t.Errorf("%s %s", r.Method, r.URL)
			}
			w.Header().Set("Date", date.Format(http.TimeFormat))
			_, _ = w.Write([]byte(body))
		}))
		clock, err := (&Client{BaseURL: server.URL + "/prefix"}).Reach(t.Context())
		server.Close()
		if want == "" && (err != nil || !clock.Equal(date)) {
			t.Errorf("%s: %v, %v", body, clock, err)
		}
		if want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}
