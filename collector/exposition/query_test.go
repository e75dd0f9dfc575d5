package exposition

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// A scrape may ask for some apps only.
func TestAppID(t *testing.T) {
	first, _ := twoDays(t)
	handler := newHandler(t, storeOf(first), selfMetrics())
	tests := []struct {
		query      string
		a, b, self bool
	}{
		{"", true, true, true},
		{"?", true, true, true},
		{"?appid=wxa", true, false, false},
		{"?appid=wxb", false, true, false},
		{"?appid=wxb&appid=wxa", true, true, false},
		{"?appid=wxa&appid=wxa", true, false, false},
		{"?appid=wxa&appid=.", true, false, true},
		{"?appid=.", false, false, true},
		{"?appid=%2E", false, false, true},
		{"?other=x", true, true, true},
		{"?other=x&appid=wxa", true, false, false},
	}
	for _, accept := range []string{acceptText, acceptOpenMetrics} {
		all := parse(t, scrape(t, handler, "/metrics", accept)).values
		for _, test := range tests {
			want := maps.Clone(all)
			maps.DeleteFunc(want, func(series string, _ float64) bool {
				switch {
				case strings.Contains(series, `appid="wxa"`):
					return !test.a
				case strings.Contains(series, `appid="wxb"`):
					return !test.b
				default:
					return !test.self
				}
			})
			text := scrape(t, handler, "/metrics"+test.query, accept)
			if got := parse(t, text).values; !maps.Equal(got, want) {
				t.Errorf("%q: got %d series, want %d", test.query, len(got), len(want))
			}
			if (accept == acceptOpenMetrics) != strings.HasSuffix(text, "\n# EOF\n") {
				t.Errorf("%q, %s: wrong end of the text", test.query, accept)
			}
		}
	}
}

// What cannot be answered is refused in words, and never answered with all apps.
func TestRefusedQueries(t *testing.T) {
	first, _ := twoDays(t)
	handler := newHandler(t, storeOf(first), selfMetrics())
	many := func(n int) string { return "?" + strings.Repeat("appid=wxa&", n-1) + "appid=wxa" }
	for _, test := range []struct {
		query  string
		status int
		words  string
	}{
		{"?appid=wxc", http.StatusNotFound, `unknown appid "wxc"`},
		{"?appid=wxa&appid=wxc", http.StatusNotFound, `unknown appid "wxc"`},
		{"?appid=wxc&appid=.", http.StatusNotFound, `unknown appid "wxc"`},
		{"?appid=wxa,wxb", http.StatusNotFound, `unknown appid "wxa,wxb"`},
		{"?appid=wxa;appid=wxb", http.StatusBadRequest, "separate parameters by &"},
		{"?x=1;y=2", http.StatusBadRequest, "separate parameters by &"},
		{"?appid=%zz", http.StatusBadRequest, "malformed query"},
		{"?appid=", http.StatusBadRequest, "use appid=."},
		{"?appid", http.StatusBadRequest, "use appid=."},
		{"?appid=wxa&appid=", http.StatusBadRequest, "use appid=."},
		{many(maxAppIDs), http.StatusOK, ""},
		{many(maxAppIDs + 1), http.StatusBadRequest, "1001 appids in one query, the limit is 1000"},
		{"?appid=" + strings.Repeat("x", maxAppIDLength), http.StatusNotFound, "unknown appid"},
		{"?appid=" + strings.Repeat("x", maxAppIDLength+1), http.StatusBadRequest, "an appid of 129 bytes, the limit is 128"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.URL.RawQuery = strings.TrimPrefix(test.query, "?")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
		if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.words) {
			t.Errorf("%.40s: %d %.200s, want %d with %q", test.query, recorder.Code, recorder.Body, test.status, test.words)
		}
	}
}

// No query panics, and whatever is accepted is within the limits.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{"", "appid=wxa", "appid=.", "appid=a;appid=b", "appid=%zz", "appid", "a=b&&appid=x&", "appid=%00"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		s, err := parseQuery(query)
		if err != nil {
			return
		}
		if len(s.appids) > maxAppIDs || s.appids == nil && !s.self {
			t.Errorf("%q: %+v", query, s)
		}
		for _, appid := range s.appids {
			if appid == "" || len(appid) > maxAppIDLength || appid == collector.SelfID {
				t.Errorf("%q: %+v", query, s)
			}
		}
	})
}

// As many apps as one query may name can be asked for.
func TestManyAppIDs(t *testing.T) {
	store := &collector.Store{}
	var query strings.Builder
	for i := range maxAppIDs {
		id := fmt.Sprintf("wx%016d", i)
		store.Put(&collector.Snapshot{App: collector.App{ID: id, Name: id}})
		fmt.Fprintf(&query, "&appid=%s", id)
	}
	handler := newHandler(t, store, selfMetrics())
	text := scrape(t, handler, "/metrics?"+query.String()[1:], acceptText)
	if n := strings.Count(text, "\nwxapp_app_info{"); n != maxAppIDs {
		t.Errorf("got %d of %d apps", n, maxAppIDs)
	}
}
