package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// What there is not is a page in the language of the browser, whose links work at any depth.
func TestNotFound(t *testing.T) {
	site := siteOf(simulated(t, "wx2", "good"))
	for _, test := range []struct{ path, language, want, home string }{
		{"/nope", "en", "No such page", `href="./"`},
		{"/nope", "zh-CN", "没有该页面", `href="./"`},
		{"/app", "en", "No such page", `href="./"`},
		{"/a/b/c", "en", "No such page", `href="../../"`},
		{"/a%2Fb", "en", "No such page", `href="./"`},
		{"/app/wx2/more", "zh-CN", "没有该页面", `href="../../"`},
	} {
		response := ask(site, http.MethodGet, test.path, http.Header{"Accept-Language": {test.language}})
		if response.Code != http.StatusNotFound || !strings.HasPrefix(response.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s: status %d, %s", test.path, response.Code, response.Header().Get("Content-Type"))
		}
		expect(t, response.Body.String(), test.want, test.home)
	}
}

// A known path with another method is told apart from an unknown path.
func TestWrongMethod(t *testing.T) {
	site := siteOf()
	for path, want := range map[string]int{"/": 405, "/sd": 405, "/app/wx2": 405, "/nope": 404, "/-/reload": 404} {
		response := ask(site, http.MethodPost, path, nil)
		if allow := response.Header().Get("Allow"); response.Code != want || (allow != "") != (want == 405) {
			t.Errorf("POST %s: status %d, Allow %q, want %d", path, response.Code, allow, want)
		}
	}
}
