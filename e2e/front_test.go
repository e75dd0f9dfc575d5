package e2e

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// front is the way to a simulated WeChat, where the network goes wrong: a server for
// HTTPS on 127.0.0.1.
type front struct {
	wechat   *wechattest.Server
	recorder *recorder // of the answers that no fault has changed
	trusted  *authority
	other    *httptest.Server // another host, which nobody should call
	address  string

	mu          sync.Mutex
	published   bool              // all days are, and not only those before yesterday
	certificate tls.Certificate   // of new connections
	fault       http.Handler      // in place of the answers to one app, or nil
	faulty      string            // the app that fault is for
	tokens      map[string]string // the appids of all tokens that were given out
	running     *http.Server      // nil: nobody listens
	paths       map[string]int    // how often each path was asked for
	serving     sync.WaitGroup
}

func startFront(t *testing.T) *front {
	t.Helper()
	f := &front{
		trusted: newAuthority(t),
		address: program.HoldPort(t),
		tokens:  map[string]string{},
		paths:   map[string]int{},
	}
	f.wechat = &wechattest.Server{Published: f.publication}
	f.recorder = &recorder{wechat: f.wechat}
	f.other = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.paths["/elsewhere"]++
	}))
	t.Cleanup(f.other.Close)
	f.certificate = f.trusted.issue(t, net.IPv4(127, 0, 0, 1), time.Now().Add(time.Hour))
	f.listen(t)
	t.Cleanup(f.close)
	return f
}

// publication lets the newest days wait until publish is called.
func (f *front) publication(_ string, day time.Time) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.published && day.After(time.Now().AddDate(0, 0, -2)) {
		return day.AddDate(1, 0, 0)
	}
	return day
}

// publish publishes all days.
func (f *front) publish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.published = true
}

func (f *front) listen(t *testing.T) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", f.address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler:           f,
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),                               // handshakes that clients end
		TLSNextProto:      map[string]func(*http.Server, *tls.Conn, http.Handler){}, // HTTP/1.1: a connection per call that is cut
		TLSConfig:         &tls.Config{GetCertificate: f.presented, MinVersion: tls.VersionTLS12},
	}
	f.running = server
	f.serving.Go(func() { _ = server.ServeTLS(listener, "", "") })
}

// close closes the port and all connections.
func (f *front) close() {
	if f.running != nil {
		_ = f.running.Close()
		f.serving.Wait()
		f.running = nil
	}
}

func (f *front) presented(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return &f.certificate, nil
}

// present closes the port, and opens it again with another certificate.
func (f *front) present(t *testing.T, certificate tls.Certificate) {
	t.Helper()
	f.close()
	f.mu.Lock()
	f.certificate = certificate
	f.mu.Unlock()
	f.listen(t)
}

// fail puts a handler in the place of all answers to one app; nil ends that.
func (f *front) fail(appid string, fault http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faulty, f.fault = appid, fault
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	appid := f.appid(r)
	f.mu.Lock()
	f.paths[r.URL.Path]++
	fault := f.fault
	if appid != f.faulty {
		fault = nil
	}
	f.mu.Unlock()
	if fault != nil {
		fault.ServeHTTP(w, r)
		return
	}
	f.answer(w, r)
}

// answer gives WeChat's own answer, and returns it.
func (f *front) answer(w http.ResponseWriter, r *http.Request) []byte {
	appid := f.appid(r)
	answer := httptest.NewRecorder()
	f.recorder.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	var given struct {
		AccessToken string `json:"access_token"`
	}
	if json.Unmarshal(body, &given) == nil && given.AccessToken != "" {
		f.mu.Lock()
		f.tokens[given.AccessToken] = appid
		f.mu.Unlock()
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body)
	return body
}

// appid returns the app that a request is for: a request for a token names it, and others
// carry the token.
func (f *front) appid(r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var asked struct {
		AppID string `json:"appid"`
	}
	if json.Unmarshal(body, &asked) == nil && asked.AppID != "" {
		return asked.AppID
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tokens[r.URL.Query().Get("access_token")]
}

// secrets returns what nobody may see: the app secret and all tokens.
func (f *front) secrets() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	secrets := []string{secret}
	for token := range f.tokens {
		secrets = append(secrets, token)
	}
	return secrets
}

// asked returns how often a path was asked for.
func (f *front) asked(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.paths[path]
}
