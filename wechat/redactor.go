package wechat

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxScanned = 16 << 10 // bytes of foreign text that are searched for secrets
	maxQuoted  = 60       // bytes of an answer that are quoted
	maxMessage = 400      // bytes of a message
	minPartial = 8        // bytes of a secret that count as the secret
	minHidden  = 4        // bytes of a part of a URL that count as a secret
)

// redactor removes secrets from what is shown of an exchange. Servers echo what they
// were sent, and the errors of net/http quote what the server answered.
type redactor struct {
	secrets []string
	private bool // the answer itself may be a token: it is never quoted
}

// hiding returns a redactor that hides the secret as well.
func (r redactor) hiding(secret Secret) redactor {
	r.secrets = append([]string{secret.Reveal()}, r.secrets...)
	return r
}

// hidingLogin returns a redactor that hides the user and password of a URL as well.
func (r redactor) hidingLogin(u *url.URL) redactor {
	password, _ := u.User.Password()
	return r.hidingParts(u.User.Username(), password)
}

// hidingURL returns a redactor that hides all of a URL but its scheme and host.
func (r redactor) hidingURL(u *url.URL) redactor {
	r = r.hidingLogin(u).hidingParts(u.RequestURI(), u.RawQuery)
	for _, values := range u.Query() {
		r = r.hidingParts(values...)
	}
	return r
}

func (r redactor) hidingParts(parts ...string) redactor {
	for _, part := range parts {
		if len(part) >= minHidden {
			r = r.hiding(Secret(part))
		}
	}
	return r
}

// redact returns text with [secret] in place of every secret, however it is escaped, and
// of everything that begins like one: servers also echo parts of tokens.
func (r redactor) redact(text string) string {
	if len(text) > maxScanned {
		text = text[:maxScanned]
	}
	for _, secret := range r.secrets {
		if secret != "" {
			text = hide(strings.ReplaceAll(text, secret, hidden), secret)
		}
	}
	return text
}

func hide(text, secret string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if n := spells(text[i:], secret); n > 0 {
			b.WriteString(hidden)
			i += n
		} else {
			b.WriteByte(text[i])
			i++
		}
	}
	return b.String()
}

// spells returns how many bytes at the start of text spell the secret or the first
// minPartial or more bytes of it, escaped or not and in any case of letters; 0 when
// they do not.
func spells(text, secret string) int {
	spelled, length := 0, 0
	for spelled < len(secret) && length < len(text) {
		decoded, n := unescape(text[length:])
		if !hasPrefixFold(secret[spelled:], decoded) {
			decoded, n = text[length:length+1], 1
			if !hasPrefixFold(secret[spelled:], decoded) {
				break
			}
		}
		spelled += len(decoded)
		length += n
	}
	if spelled == len(secret) || spelled >= minPartial {
		return length
	}
	return 0
}

// hasPrefixFold is strings.HasPrefix without regard to the case of letters.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// unescape returns what the first character of text stands for, as a URL, JSON, Go
// or HTML escapes it, and how many bytes it takes.
func unescape(text string) (decoded string, length int) {
	switch {
	case text[0] == '%' && len(text) >= 3:
		if b, err := strconv.ParseUint(text[1:3], 16, 8); err == nil {
			return string([]byte{byte(b)}), 3
		}
	case strings.HasPrefix(text, `\u`) && len(text) >= 6:
		if r, err := strconv.ParseUint(text[2:6], 16, 16); err == nil {
			return string(rune(r)), 6
		}
	case text[0] == '\\' && len(text) >= 2:
		return text[1:2], 2
	case text[0] == '&':
		if end := strings.IndexByte(text[:min(len(text), 8)], ';'); end > 0 {
			return html.UnescapeString(text[:end+1]), end + 1
		}
	}
	return text[:1], 1
}

// quote returns the beginning of an answer, to be appended to a message.
func (r redactor) quote(answer []byte) string {
	switch {
	case len(answer) == 0:
		return "; it is empty"
	case r.private:
		return fmt.Sprintf("; its %d bytes are not shown because they may contain a token", len(answer))
	}
	text := r.redact(string(answer[:min(len(answer), maxScanned)]))
	if shown := truncate(text, maxQuoted); shown != text {
		return fmt.Sprintf("; it begins %q", shown)
	}
	return fmt.Sprintf("; it is %q", text)
}

// cause returns err without the URL that net/http wraps around it and without
// secrets. An error that shows no secret stays as it is.
func (r redactor) cause(ctx context.Context, err error) error {
	for {
		wrapped, ok := errors.AsType[*url.Error](err)
		if !ok {
			break
		}
		err = wrapped.Err
	}
	shown, stopped := r.redact(err.Error()), ctx.Err()
	// net/http returns the cause with which a context was canceled, which may be another
	// error than context.Canceled.
	if shown != err.Error() || stopped != nil && !errors.Is(err, stopped) {
		return &redactedError{shown, stopped}
	}
	return err
}

// redactedError stands for an error that must not be shown itself.
type redactedError struct {
	text    string
	stopped error // the error of the context, or nil
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.stopped }

// tidy returns text as a single printable line of bounded length.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if short := truncate(text, maxMessage); short != text {
		text = short + "…"
	}
	return strings.TrimSpace(text)
}

// truncate returns the first limit bytes of text, and fewer where they would end
// within a character.
func truncate(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for end := limit; end > limit-utf8.UTFMax; end-- {
		if utf8.RuneStart(text[end]) {
			return text[:end]
		}
	}
	return text[:limit]
}
