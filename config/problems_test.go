package config

import (
	"strings"
	"testing"
)

// TestShown holds that what may be a secret is not shown, and that long values do
// not flood a message.
func TestShown(t *testing.T) {
	const hiddenText = "(not shown: it looks like a secret)"
	for value, want := range map[string]string{
		"wx0123456789abcdef":          `"wx0123456789abcdef"`,
		"a\nb":                        `"a\nb"`,
		"x" + testSecret:              hiddenText,
		"/run/" + testSecret:          hiddenText,
		strings.Repeat("Zz-_", 16):    hiddenText,
		strings.Repeat("ab ", 40):     `"` + strings.Repeat("ab ", 33) + `a"…`,
		"/run/secrets/wxapp-exporter": `"/run/secrets/wxapp-exporter"`,
	} {
		checkEqual(t, value, shown(value), want)
	}
}
