package web_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// serveTLS starts a server with TLS, and so with HTTP/2, and returns its address.
func serveTLS(t *testing.T, limits web.Limits, handler http.HandlerFunc) string {
	t.Helper()
	folder := t.TempDir()
	write := func(name, kind string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write("tls.crt", "CERTIFICATE", certificate)
	write("tls.key", "PRIVATE KEY", private)
	file := filepath.Join(folder, "web.yml")
	if err := os.WriteFile(file, []byte("tls_server_config: {cert_file: tls.crt, key_file: tls.key}"), 0o600); err != nil {
		t.Fatal(err)
	}
	listeners := listen(t, "127.0.0.1:0")
	serveOn(t, &web.Server{Handler: handler, Limits: limits, ConfigFile: file}, listeners...)
	return listeners[0].Addr().String()
}

// frame returns a frame of HTTP/2.
func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	content := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	content = binary.BigEndian.AppendUint32(append(content, flags), stream)
	return append(content, payload...)
}

const (
	headersFrame, settingsFrame, pingFrame = 1, 4, 6
	endOfRequest                           = 1 | 4 // of its headers and of all
)

// unread opens a connection of HTTP/2 and requests on it whose answers it does not let
// through: its window is 0. It returns when the server has seen all of them, or has closed the
// connection.
func unread(t *testing.T, address string, requests int) net.Conn {
	t.Helper()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}} //nolint:gosec // the server of this test
	conn, err := dialer.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Error(err)
		return nil
	}
	sent := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	sent = append(sent, frame(settingsFrame, 0, 0, []byte{0, 4, 0, 0, 0, 0})...) // the initial window
	for i := range requests {
		// GET, https, / and the authority x, of which all but the last are in the static table.
		sent = append(sent, frame(headersFrame, endOfRequest, uint32(2*i+1), []byte{0x82, 0x87, 0x84, 0x01, 1, 'x'})...)
	}
	sent = append(sent, frame(pingFrame, 0, 0, make([]byte, 8))...)
	if _, err := conn.Write(sent); err != nil {
		return conn
	}
	for header := make([]byte, 9); ; {
		if _, err := io.ReadFull(conn, header); err != nil {
			return conn
		}
		if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(header)>>8)); err != nil || header[3] == pingFrame {
			return conn
		}
	}
}

// inUse returns how many bytes of memory are in use.
func inUse() int64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapInuse + memory.StackInuse)
}

// All connections together cost at most 256 MB, although each has more streams than it may
// and reads none of the answers. Others are answered meanwhile.
func TestMemoryOfUnreadStreams(t *testing.T) {
	const most, streams = 256 << 20, 8
	limits := patient()
	if limits.Connections != 512 {
		t.Skipf("this process may have %d connections", limits.Connections)
	}
	address := serveTLS(t, limits, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/usual" {
			hello(w, r)
			return
		}
		_, _ = w.Write(make([]byte, 1<<20)) // as much as a scrape holds, and more
	})
	before := inUse()
	var opening sync.WaitGroup
	conns := make([]net.Conn, limits.Connections-1)
	for worker := range 8 {
		opening.Go(func() {
			for i := worker; i < len(conns); i += 8 {
				conns[i] = unread(t, address, streams)
			}
		})
	}
	opening.Wait()
	grown := inUse() - before
	t.Logf("%d MB for %d connections", grown>>20, len(conns))
	if grown > most {
		t.Errorf("%d MB for %d connections of %d streams, want at most %d MB", grown>>20, len(conns), streams, most>>20)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // the server of this test
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/usual", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("a usual request: %v", err)
	}
	_ = response.Body.Close()
	for _, conn := range conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
}

// A client that makes many requests at once gets all answers, although a connection has few
// streams.
func TestManyRequestsByHTTP2(t *testing.T) {
	const requests = 200
	limits := patient()
	limits.Answers = requests // none waits, so that none is cut off because its client is busy
	address := serveTLS(t, limits, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("a request by %s", r.Proto)
		}
		_, _ = w.Write(make([]byte, 100<<10))
	})
	client := &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the server of this test
	}}
	var asking sync.WaitGroup
	for range requests {
		asking.Go(func() {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/", nil)
			if err != nil {
				t.Error(err)
				return
			}
			response, err := client.Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			if n, err := io.Copy(io.Discard, response.Body); err != nil || n != 100<<10 {
				t.Errorf("%d bytes, %v", n, err)
			}
			_ = response.Body.Close()
		})
	}
	asking.Wait()
}

// Clients that do not read their answers take the places of others for a moment only.
func TestUnreadAnswersTakeNoPlace(t *testing.T) {
	limits := patient()
	limits.Answers = 2
	address := serve(t, limits, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/endless" {
			for _, err := w.Write(make([]byte, 1<<20)); err == nil; _, err = w.Write(make([]byte, 1<<20)) {
			}
			return
		}
		hello(w, r)
	})
	for range 10 {
		conn := connect(t, address, "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
		defer func() { _ = conn.Close() }()
	}
	expectAnswer(t, address)
	expectAnswer(t, address)
}

// Of requests with large headers, a few are taken at once; others are refused, or their
// connections closed, and usual requests are answered.
func TestLargeHeadersAreBounded(t *testing.T) {
	limits := patient()
	limits.LargeHeaders = 2
	release := make(chan struct{})
	began := make(chan struct{}, 10)
	address := serve(t, limits, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			began <- struct{}{}
			<-release
		}
		hello(w, r)
	})
	large := "/hang?appid=" + strings.Repeat("x", 8<<10) + " HTTP/1.1\r\nHost: x\r\n"
	for range 2 {
		connect(t, address, "GET "+large+"\r\n")
		<-began
	}
	refused := connect(t, address, "GET "+large+"\r\n")
	answer := make([]byte, 64)
	if n, err := refused.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 503 ")) {
		t.Errorf("a third one: %q, %v", answer[:n], err)
	}
	close(release)

	var halves []net.Conn
	for range 3 {
		halves = append(halves, connect(t, address, "GET "+large))
	}
	closed := make(chan struct{})
	for _, conn := range halves {
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			closed <- struct{}{}
		}()
	}
	<-closed
	expectAnswer(t, address)
	for _, conn := range halves {
		_ = conn.Close()
	}
	<-closed
	<-closed
}
