package wechat

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

// MaxTokenFile is how large a token file may be, in bytes. Tokens have 512 characters
// and more (documented).
const MaxTokenFile = 64 << 10

// FileTokens reads a token that another program keeps fresh from a file: the bare
// token, or JSON with access_token in it, as URLTokens gets it. The file is read for every
// call, so it may be replaced at any time. It has to be a regular file, or a link to one,
// and to answer within 10 seconds. A FileTokens must not be copied after first use.
type FileTokens struct {
	Path string

	reads tokenCache // holds no token: callers only share a read that is running
}

// Token reads the token. Its expiry is unknown. It returns when ctx ends, even if the
// file system does not answer. The error is an *Error.
func (t *FileTokens) Token(ctx context.Context) (Token, error) {
	return t.token(ctx, func() ([]byte, error) { return files.ReadUntimed(t.Path, MaxTokenFile) })
}

// Invalidate does nothing, because no token is held.
func (t *FileTokens) Invalidate(Token) {}

func (t *FileTokens) token(ctx context.Context, read func() ([]byte, error)) (Token, error) {
	limited, cancel := context.WithTimeout(ctx, files.Timeout)
	defer cancel()
	// Nothing can interrupt a read of a dead network mount. The cache starts no further
	// read before it has ended, so that at most one goroutine is stuck.
	token, err := t.reads.get(limited, func(context.Context) (Token, time.Time, error) {
		content, err := read()
		if err != nil {
			return Token{}, time.Time{}, t.unreadable(err)
		}
		token, failure := t.decode(content)
		if failure != nil {
			return Token{}, time.Time{}, failure
		}
		return token, time.Time{}, nil
	})
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = t.unreadable(fmt.Errorf("the file system does not answer within %v", files.Timeout))
	}
	return token, err
}

func (t *FileTokens) decode(content []byte) (Token, *Error) {
	issued, failure := decodeTokenText(content, redactor{private: true})
	if failure != nil {
		return Token{}, t.failure(failure.Message, nil)
	}
	return Token{Value: issued.value}, nil
}

func (t *FileTokens) unreadable(err error) *Error {
	reason := err
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		reason = wrapped.Err // the path stands in the message already
	}
	return t.failure(reason.Error(), err)
}

func (t *FileTokens) failure(message string, err error) *Error {
	return &Error{Reason: ReasonToken, Endpoint: EndpointToken, Message: tidy("the token file " + t.Path + ": " + message), Err: err}
}
