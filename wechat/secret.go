package wechat

import (
	"fmt"
	"io"
	"regexp"
)

// Secret is a string that must not be shown: an app secret, an access token or
// an address that holds one. It prints as [secret] in every format and encodes
// as that in JSON and text. Reveal returns what it hides.
type Secret string

const hidden = "[secret]"

// likely matches an app secret (32 hex digits) or an access token (much longer).
var likely = regexp.MustCompile(`[0-9A-Fa-f]{32,}|[A-Za-z0-9_-]{64,}`)

// HasSecret reports whether a text contains what looks like an app secret or an access
// token, wherever it was put by mistake.
func HasSecret(text string) bool { return likely.MatchString(text) }

// HideSecrets returns a text with [secret] in place of what looks like app secrets and
// access tokens.
func HideSecrets(text string) string { return likely.ReplaceAllString(text, hidden) }

// Reveal returns the hidden string.
func (s Secret) Reveal() string { return string(s) }

// Format writes [secret] for every verb, or nothing for the empty Secret.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// String returns [secret], or the empty string for the empty Secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// MarshalText returns what String returns.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
