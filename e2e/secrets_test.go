package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// accessToken is what the servers of these tests hand out as a token.
const accessToken = "76_t0ken-that-nobody-may-see_0123456789"

// answering answers every request with a body of JSON.
func answering(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; encoding=utf-8")
		_, _ = io.WriteString(w, body)
	})
}

// failing answers calls for a token with one, and all other calls with answer.
func failing(answer http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	token := answering(`{"access_token":"` + accessToken + `","expires_in":7200}`)
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

// healthy is a WeChat without faults, whose token is accessToken.
func healthy() http.Handler {
	return failing((&wechattest.Server{NoTokens: true}).ServeHTTP)
}

// filesIn returns the names and contents of all files in a folder; gzip files are unpacked.
func filesIn(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if filepath.Ext(path) == ".gz" {
			reader, err := gzip.NewReader(bytes.NewReader(content))
			if err != nil {
				return err
			}
			if content, err = io.ReadAll(reader); err != nil {
				return err
			}
			all.WriteString(reader.Comment)
		}
		all.WriteString(path)
		all.Write(content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// Whatever goes wrong, nobody learns a secret or a token from what the exporter
// prints, logs, serves and keeps, nor from its arguments and the stacks of its goroutines.
func TestSecretsStaySecret(t *testing.T) {
	deadServer := httptest.NewServer(nil)
	dead := deadServer.URL
	deadServer.Close()

	tokenServer := httptest.NewServer(answering(`{"access_token":"` + accessToken + `","expires_in":7200}`))
	defer tokenServer.Close()
	tokens := tokenServer.URL

	// The errmsg of a rejected secret, should it ever name it.
	rejected := answering(`{"errcode":40125,"errmsg":"invalid appsecret ` + secret + `, rid: 611740a4-27f9a8ba-065da01b"}`)
	polled := regexp.MustCompile(`(?m)^wxapp_last_success_timestamp_seconds|^wxapp_poll_failures_total{.*} [1-9]`)
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
		{"nothing goes wrong", healthy(), []string{"WXAPP_SECRET=" + secret}},
		{"nothing goes wrong, secret from a file", healthy(), []string{"WXAPP_SECRET_FILE=" + write(t, "secret", secret)}},
		{"nothing goes wrong, token from a file", healthy(), []string{"WXAPP_TOKEN_FILE=" + write(t, "token", accessToken)}},
		{"nothing goes wrong, token from a server", healthy(), []string{"WXAPP_TOKEN_URL=" + tokens + "/?key=" + secret}},
		{"token from a server is refused", failing(echo(http.StatusForbidden)), []string{"WXAPP_TOKEN_URL=" + tokens + "/?key=" + secret}},
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
			var metrics string
			program.Eventually(t, "a poll has ended", func() bool {
				metrics = exporter.metrics(t)
				return polled.MatchString(metrics)
			})
			_, page := program.Get(t, exporter.url+"/")
			_, ready := program.Get(t, exporter.url+"/-/ready")
			arguments, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", exporter.Command.Process.Pid))
			if err != nil {
				t.Fatal(err)
			}
			kept := filepath.Join(exporter.Command.Dir, "wxapp-data")
			program.Eventually(t, "the outcome of the poll is kept", func() bool {
				_, err := os.Stat(filepath.Join(kept, appid, "state.json"))
				return err == nil
			})
			// It prints the stacks of all goroutines and ends.
			if err := exporter.Command.Process.Signal(syscall.SIGQUIT); err != nil {
				t.Fatal(err)
			}
			exporter.Wait(t)
			if !strings.Contains(exporter.Output.String(), "goroutine ") {
				t.Error("no stacks are printed")
			}

			archive := filesIn(t, kept)
			if !strings.Contains(archive, appid) {
				t.Error("nothing is kept")
			}

			expectHidden(t, map[string]string{
				"output": exporter.Output.String(), "/metrics": metrics, "/": page, "/-/ready": ready,
				"command line": string(arguments), "archive": archive,
			})
		})
	}
}

// expectHidden fails where a text, by the name of its place, shows a secret or a token.
func expectHidden(t *testing.T, places map[string]string) {
	t.Helper()
	for place, text := range places {
		for _, hidden := range []string{secret, accessToken} {
			if at := strings.Index(text, hidden); at >= 0 {
				t.Errorf("%s shows %q: …%s", place, hidden, text[max(0, at-100):min(len(text), at+100)])
			}
		}
	}
}

// The secrets of apps that come by a reload, and those in files with mistakes, are hidden as
// well: in the answers to reloads, the log, the metrics and the pages.
func TestSecretsOfReloadsStaySecret(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	apps := write(t, "apps.yml", "apps: [{appid: "+appid+", secret: "+secret+"}]\n")
	exporter := startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPS_FILE="+apps, "WXAPP_LOG_LEVEL=debug")
	places := map[string]string{}
	for i, file := range []string{
		"apps:\n- {appid: " + appid + ", secret: " + secret + "}\n- {appid: wxfedcba9876543210, secret: x" + secret + "}\n",
		"apps: [{appid: wx, " + secret + ": x}]",
		"apps: [{appid: wx, secret: '" + secret + " " + secret + "', name: " + secret + "}]",
		"apps: [{appid: wx, secret_file: " + secret + "}]",
		"apps: [{appid: wx, token_url: 'http://user:" + secret + "@public.example.com/" + secret + "'}]",
		"apps: [{appid: wx, token_url: 'https://user:" + secret + "@127.0.0.1:x/'}]",
		"apps: *" + secret,
		secret + ": {",
		secret,
	} {
		if err := os.WriteFile(apps, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		var status int
		var body string
		program.Eventually(t, "the reload may begin", func() bool {
			status, body = program.Ask(t, http.MethodPost, exporter.url+"/-/reload", "")
			return status != http.StatusTooManyRequests
		})
		if want := []int{http.StatusOK, http.StatusInternalServerError}[min(i, 1)]; status != want {
			t.Errorf("%s: status %d, want %d: %s", file, status, want, body)
		}
		places[fmt.Sprintf("answer %d", i)] = body
		if i == 0 {
			exporter.metricsWith(t, `^wxapp_last_success_timestamp_seconds\{appid="wxfedcba9876543210"\}`)
		}
	}
	places["/metrics"] = exporter.metrics(t)
	for _, page := range []string{"/", "/app/wxfedcba9876543210", "/-/ready"} {
		_, places[page] = program.Get(t, exporter.url+page)
	}
	exporter.Stop(t)
	places["output"] = exporter.Output.String()
	expectHidden(t, places)
}
