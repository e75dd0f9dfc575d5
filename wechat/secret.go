package wechat

import (
	"fmt"
	"io"
)

// Secret is a string that must not be shown: an app secret, an access token or
// an address that holds one. It prints as [secret] in every format and encodes
// as that in JSON and text. Reveal returns what it hides.
type Secret string

const hidden = "[secret]"

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
