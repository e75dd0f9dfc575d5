package wechattest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// CallerIP is the address from which calls through RoundTrip come, for allow-lists.
const CallerIP = "203.0.113.30"

// RoundTrip makes a Server an http.RoundTripper: it answers without a socket, as
// testing/synctest demands, whatever host the request is for. Faults of the
// network become the errors that a socket would give.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	in := r.Clone(ctx)
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = CallerIP + ":443"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer func() { _ = in.Body.Close() }()
	if in.Body != http.NoBody && in.ContentLength == 0 {
		in.ContentLength = -1 // unknown, so a socket would send it in chunks
	}

	out := &recorder{header: make(http.Header)}
	whole := out.serve(s, in)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if out.status == 0 {
		return nil, io.EOF
	}
	length, err := strconv.ParseInt(out.header.Get("Content-Length"), 10, 64)
	if err != nil {
		return nil, err
	}
	out.header.Set("Date", s.now().UTC().Format(http.TimeFormat))
	response := &http.Response{
		Status:        strconv.Itoa(out.status) + " " + http.StatusText(out.status),
		StatusCode:    out.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        out.header,
		ContentLength: length,
		Request:       r,
	}
	body := io.Reader(&out.body)
	if !whole {
		body = io.MultiReader(body, cutOff{})
	}
	response.Body = io.NopCloser(body)
	return response, nil
}

// recorder is a http.ResponseWriter that keeps what is written.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

func (w *recorder) Flush() {}

// serve lets a handler answer and reports whether it came to its end, rather than
// cutting the connection.
func (w *recorder) serve(h http.Handler, r *http.Request) (whole bool) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
		}
	}()
	h.ServeHTTP(w, r)
	return true
}

// cutOff is the end of a body that was cut short.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
