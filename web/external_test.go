package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Every path is there with and without the external one, and redirects lead below it.
func TestUnder(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, cameUnder(r)+" "+r.URL.EscapedPath()+"?"+r.URL.RawQuery)
	})
	for _, test := range []struct{ external, path, answer, location string }{
		{"", "/", " /?", ""},
		{"", "/app/wx1?lang=zh", " /app/wx1?lang=zh", ""},
		{"", "/wxapp/sd", " /wxapp/sd?", ""},
		{"", "//evil.example/..//sd?a=b", "", "/sd?a=b"},
		{"", "//evil.example", "", "/evil.example"},
		{"/wxapp", "/", " /?", ""},
		{"/wxapp", "/-/healthy", " /-/healthy?", ""},
		{"/wxapp", "/wxapp/", "/wxapp /?", ""},
		{"/wxapp", "/wxapp/-/healthy?a=b", "/wxapp /-/healthy?a=b", ""},
		{"/wxapp", "/wxapp/app/a%2Fb", "/wxapp /app/a%2Fb?", ""},
		{"/wxapp", "/wxapp?lang=zh", "", "/wxapp/?lang=zh"},
		{"/wxapp", "/wxapp//sd", "", "/wxapp/sd"},
		{"/wxapp", "/wxapp/../sd", "", "/wxapp/sd"},
		{"/wxapp", "/x/../sd", "", "/wxapp/sd"},
		{"/wxapp", "//evil.example/", "", "/wxapp/evil.example/"},
		{"/wxapp", "/wxapps", " /wxapps?", ""},
	} {
		recorder := httptest.NewRecorder()
		under(test.external, handler).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, test.path, nil))
		location := recorder.Header().Get("Location")
		if location != test.location {
			t.Errorf("%s under %q redirects to %q, want %q", test.path, test.external, location, test.location)
		}
		if body := recorder.Body.String(); test.location == "" && body != test.answer {
			t.Errorf("%s under %q answers %q, want %q", test.path, test.external, body, test.answer)
		}
	}
}
