package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// MaxAnswer is the number of bytes up to which an answer is read. A real one has
// less than a hundredth of it.
const MaxAnswer = 8 << 20

// request is a call that is ready to be sent.
type request struct {
	endpoint string
	method   string
	url      *url.URL
	body     []byte
	redactor
}

// decoder decodes a complete answer. The errors it returns need no endpoint.
type decoder[T any] func(answer []byte, r redactor) (T, *Error)

// newRequest prepares the call of a path below the base URL: a POST of the body as JSON, or a GET
// if that is nil.
func newRequest(endpoint, baseURL, path string, query url.Values, body any) (request, error) {
	u, err := endpointURL(endpoint, baseURL, path, query)
	if err != nil {
		return request{}, err
	}
	r := request{endpoint: endpoint, method: http.MethodGet, url: u, redactor: redactor{}.hidingLogin(u)}
	if body == nil {
		return r, nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return request{}, &Error{Reason: ReasonRequest, Endpoint: endpoint, Message: "the request cannot be encoded", Err: err}
	}
	r.method, r.body = http.MethodPost, text
	return r, nil
}

func endpointURL(endpoint, baseURL, path string, query url.Values) (*url.URL, error) {
	if baseURL == "" {
		baseURL = DefaultBaseURL
	}
	u := parseAddress(baseURL)
	if u == nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &Error{
			Reason: ReasonRequest, Endpoint: endpoint,
			Message: "the base URL is not of the form https://host or https://host/prefix",
		}
	}
	u = u.JoinPath(path)
	u.RawQuery = query.Encode()
	return u, nil
}

// parseAddress returns nil for anything but an http or https address. It returns no
// error, because that of url.Parse would print the address with the secrets in it.
func parseAddress(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return u
}

// do sends the request, decodes the answer and calls observe, once each.
func do[T any](ctx context.Context, client *http.Client, observe func(Exchange), r request, decode decoder[T]) (T, error) {
	var result T
	begin := time.Now()
	answer, header, failure := r.send(ctx, client)
	end := time.Now()
	if failure == nil {
		result, failure = decode(answer, r.redactor)
	}
	code := codeSuccess
	if failure != nil {
		failure.Endpoint = r.endpoint
		failure.ourClock = end
		failure.theirClock, _ = http.ParseTime(header.Get("Date"))
		code = exchangeCode(failure.Code)
	}
	if observe != nil {
		observe(Exchange{Endpoint: r.endpoint, Code: code, Duration: end.Sub(begin)})
	}
	if failure != nil {
		var none T
		return none, failure
	}
	return result, nil
}

// send returns the whole body of a 2xx answer.
func (r request) send(ctx context.Context, client *http.Client) ([]byte, http.Header, *Error) {
	// A reader of known length, because WeChat answers a chunked body with 412 (reported).
	var route route
	req, err := http.NewRequestWithContext(route.trace(ctx), r.method, r.url.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, nil, r.networkError(ctx, err)
	}
	req.Header.Set("Accept", "application/json")
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	// WeChat's servers end connections that are kept open without notice (reported). A call that
	// is sent at that moment is repeated by net/http on another one, if it is a GET or has this
	// key; without a value the key is not sent. No call by POST changes anything at WeChat, and
	// GET /cgi-bin/token issues a token more.
	req.Header["X-Idempotency-Key"] = nil
	unredirected := *client
	unredirected.CheckRedirect = keepRedirect
	resp, err := unredirected.Do(req)
	if err != nil {
		failure := r.networkError(ctx, err)
		failure.Err = route.explain(failure.Err, r.url)
		return nil, nil, failure
	}
	defer func() { _ = resp.Body.Close() }()

	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		// Only the beginning is quoted, so an error while reading does not matter.
		beginning, _ := io.ReadAll(io.LimitReader(resp.Body, maxScanned))
		return nil, resp.Header, r.statusError(resp, beginning)
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	switch {
	case len(answer) > MaxAnswer:
		return nil, resp.Header, decodeError("the answer is larger than 8 MiB" + r.quote(answer))
	case err == nil && int64(len(answer)) < resp.ContentLength:
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("the answer was cut short after %d bytes: %w", len(answer), err)
	}
	if err != nil {
		return nil, resp.Header, r.networkError(ctx, err)
	}
	return answer, resp.Header, nil
}

func (r request) networkError(ctx context.Context, err error) *Error {
	err = r.cause(ctx, err)
	return &Error{Reason: ReasonBusy, Code: codeNetwork, Message: tidy(err.Error()), Err: err}
}

func (r request) statusError(resp *http.Response, beginning []byte) *Error {
	code := codeHTTP + strconv.Itoa(resp.StatusCode)
	message := "unexpected HTTP status" + r.quote(beginning)
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		message = "redirects are not followed"
	}
	return &Error{Reason: reasonOfCode(code), Code: code, Message: message}
}
