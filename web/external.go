package web

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// underKey is the key of the path that a request came under, in its context.
type underKey struct{}

// under lets a handler answer every path also below another one, as behind a proxy that passes
// requests on as they are. Redirects lead below that path, whether or not the proxy had removed
// it from the request: to the browser it is there.
func under(external string, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own, came := r.URL.Path, ""
		if rest, is := strings.CutPrefix(r.URL.Path, external); is && external != "" && (rest == "" || rest[0] == '/') {
			own, came = rest, external
		}
		if clean := cleaned(own); clean != own {
			to := url.URL{Path: external + clean, RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, to.String(), http.StatusTemporaryRedirect)
			return
		}
		if came != "" {
			r = r.Clone(context.WithValue(r.Context(), underKey{}, came))
			r.URL.Path, r.URL.RawPath = own, strings.TrimPrefix(r.URL.RawPath, came)
		}
		handler.ServeHTTP(w, r)
	})
}

// cleaned returns a path as the handlers have it. A slash at its end stays.
func cleaned(own string) string {
	clean := path.Clean("/" + own)
	if strings.HasSuffix(own, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// cameUnder returns the path below which a request came. It is empty if there was none, or if
// a proxy has removed it.
func cameUnder(r *http.Request) string {
	external, _ := r.Context().Value(underKey{}).(string)
	return external
}
