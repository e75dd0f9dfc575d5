package wechat

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"time"
)

// maxTokenFile is the number of bytes up to which a token file is read. Tokens have
// 512 characters and more (documented).
const maxTokenFile = 64 << 10

// FileTokens reads a token that somebody else keeps fresh from a file: the bare
// token, or JSON with access_token in it. The file is read for every call, so it may
// be replaced at any time.
type FileTokens struct {
	Path string
}

// Token reads the token. Its expiry is unknown. The error is an *Error.
func (t *FileTokens) Token(ctx context.Context) (Token, error) {
	if err := ctx.Err(); err != nil {
		return Token{}, stoppedError(err)
	}
	content, err := readBeginning(t.Path)
	if err != nil {
		return Token{}, &Error{Reason: ReasonToken, Endpoint: EndpointToken, Message: tidy("the token file: " + err.Error()), Err: err}
	}
	issued, failure := decodeHandedToken(content, redactor{private: true})
	if failure != nil {
		failure.Reason, failure.Endpoint, failure.Code = ReasonToken, EndpointToken, ""
		failure.Message = "the token file " + t.Path + ": " + failure.Message
		return Token{}, failure
	}
	return Token{Value: issued.value}, nil
}

// Drop does nothing, since no token is held.
func (t *FileTokens) Invalidate(Token) {}

func readBeginning(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxTokenFile))
}

// URLTokens gets tokens from a central token server by GET: the bare token, or JSON
// with access_token and, if known, expires_in in seconds. A token is held as
// SecretTokens holds it, and for a minute where its life is not told. It must not be
// copied or changed after first use. Every error it returns is an *Error.
type URLTokens struct {
	// URL is the address of the server, with whatever it wants to know. Errors show its
	// host at most.
	URL Secret
	// HTTP is as in Client.
	HTTP *http.Client
	// Observe is as in Client.
	Observe func(Exchange)

	fallback fallbackHTTP
	cache    tokenCache
}

// Token returns the token that is held, or else asks the server for one.
func (t *URLTokens) Token(ctx context.Context) (Token, error) {
	return t.cache.get(ctx, t.fetch)
}

// Drop forgets the token if it is the one that is held.
func (t *URLTokens) Invalidate(token Token) { t.cache.drop(token) }

func (t *URLTokens) fetch(ctx context.Context) (Token, time.Time, error) {
	u := parseAddress(t.URL.Reveal())
	if u == nil {
		return Token{}, time.Time{}, &Error{
			Reason: ReasonRequest, Endpoint: EndpointToken,
			Message: "the token URL is not of the form https://host/path",
		}
	}
	asked := time.Now()
	s := redactor{private: true}.hidingURL(u)
	r := request{endpoint: EndpointToken, method: http.MethodGet, url: u, redactor: s}
	issued, err := do(ctx, t.fallback.or(t.HTTP), t.Observe, r, decodeHandedToken)
	if err != nil {
		return Token{}, time.Time{}, err
	}
	if !issued.hasLife {
		return Token{Value: issued.value}, asked.Add(time.Minute), nil
	}
	token, until := issued.expiring(asked)
	return token, until, nil
}

// decodeHandedToken decodes a bare token or one in JSON.
func decodeHandedToken(content []byte, s redactor) (issuedToken, *Error) {
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		return decodeToken(content, s)
	}
	value, ok := tokenValue(string(content))
	if !ok {
		return issuedToken{}, decodeError("the text is no token" + s.quote(content))
	}
	return issuedToken{value: value}, nil
}
