package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// accessToken is what the servers of these tests hand out as a token.
const accessToken = "76_t0ken-that-nobody-may-see_0123456789"

// tokenServer answers every request with a body of JSON.
func tokenServer(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; encoding=utf-8")
		_, _ = io.WriteString(w, body)
	})
}

// failing answers calls for a token with one, and all other calls with answer.
func failing(answer http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	token := tokenServer(`{"access_token":"` + accessToken + `","expires_in":7200}`)
	mux.Handle("/cgi-bin/token", token)
	mux.Handle(stableTokenPath, token)
	mux.HandleFunc("/", answer)
	return mux
}

// echo answers with all that the request held, as proxies and error pages do.
func echo(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(status)
		fmt.Fprintf(w, "<h1>%s %s</h1>\n%s", r.Method, r.URL, body)
	}
}

// Whatever goes wrong, nobody learns a secret or a token from what the exporter
// prints, logs and serves.
func TestSecretsStaySecret(t *testing.T) {
	deadServer := httptest.NewServer(nil)
	dead := deadServer.URL
	deadServer.Close()

	// The errmsg of a rejected secret, should it ever name it.
	rejected := tokenServer(`{"errcode":40125,"errmsg":"invalid appsecret ` + secret + `, rid: 611740a4-27f9a8ba-065da01b"}`)
	tests := []struct {
		name     string
		api      http.Handler // nil: nobody listens
		settings []string
	}{
		{"internal server error", failing(echo(http.StatusInternalServerError)), []string{"WXAPP_SECRET=" + secret}},
		{"not found", failing(echo(http.StatusNotFound)), []string{"WXAPP_SECRET=" + secret}},
		{"a page instead of JSON", failing(echo(http.StatusOK)), []string{"WXAPP_SECRET=" + secret}},
		{"a page instead of a token", echo(http.StatusOK), []string{"WXAPP_SECRET=" + secret}},
		{"the same in a query", echo(http.StatusBadGateway), []string{"WXAPP_SECRET=" + secret, "WXAPP_TOKEN_ENDPOINT=token"}},
		{"redirect", failing(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, dead+"/?"+r.URL.RawQuery, http.StatusFound)
		}), []string{"WXAPP_SECRET=" + secret}},
		{"wrong secret", rejected, []string{"WXAPP_SECRET=" + secret}},
		{"wrong secret in a query", rejected, []string{"WXAPP_SECRET=" + secret, "WXAPP_TOKEN_ENDPOINT=token"}},
		{"wrong secret from a file", rejected, []string{"WXAPP_SECRET_FILE=" + write(t, "secret", secret)}},
		{"invalid token", failing(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"errcode":40001,"errmsg":"invalid credential, access_token `+accessToken+` is invalid"}`)
		}), []string{"WXAPP_SECRET=" + secret}},
		{"dead address", nil, []string{"WXAPP_SECRET=" + secret}},
		{"dead address, secret in a query", nil, []string{"WXAPP_SECRET=" + secret, "WXAPP_TOKEN_ENDPOINT=token"}},
		{"dead address, token from a file", nil, []string{"WXAPP_TOKEN_FILE=" + write(t, "token", accessToken)}},
		{"dead token server", nil, []string{"WXAPP_TOKEN_URL=" + dead + "/token?key=" + secret}},
		{"dead token server with a password", nil, []string{"WXAPP_TOKEN_URL=" + strings.Replace(dead, "//", "//user:"+secret+"@", 1)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			address := dead
			if test.api != nil {
				api := httptest.NewServer(test.api)
				defer api.Close()
				address = api.URL
			}
			exporter := startExporter(t, append(test.settings,
				"WXAPP_API_URL="+address, "WXAPP_APPID="+appid, "WXAPP_LOG_LEVEL=debug")...)
			metrics := exporter.metricsWith(t, `^wxapp_poll_failures_total{.*} [1-9]`)
			_, page := get(t, exporter.url+"/")
			_, ready := get(t, exporter.url+"/-/ready")
			exporter.stop(t)

			for place, text := range map[string]string{
				"output": exporter.output.String(), "/metrics": metrics, "/": page, "/-/ready": ready,
			} {
				for _, hidden := range []string{secret, accessToken} {
					if at := strings.Index(text, hidden); at >= 0 {
						t.Errorf("%s shows %q: …%s", place, hidden, text[max(0, at-100):min(len(text), at+100)])
					}
				}
			}
		})
	}
}
