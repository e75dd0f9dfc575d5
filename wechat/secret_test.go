package wechat

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestSecretsPrintAsSecrets(t *testing.T) {
	for secret, want := range map[Secret]string{"": "", "x": "[secret]"} {
		text, err := json.Marshal(secret)
		if got := fmt.Sprintf("%v %s %q %x %#v", secret, secret.String(), secret, secret, secret); err != nil ||
			got != strings.TrimPrefix(strings.Repeat(" "+want, 5), " ") || string(text) != `"`+want+`"` {
			t.Errorf("got %s and %s, %v", got, text, err)
		}
	}
}

func TestLikelySecrets(t *testing.T) {
	secret, token := strings.Repeat("0aF9", 8), strings.Repeat("aB3_-xYz", 10)
	for text, want := range map[string]string{
		"appsecret=" + secret + ".":    "appsecret=[secret].",
		"two: " + secret + " " + token: "two: [secret] [secret]",
		secret[1:]:                     secret[1:],
		token[:63]:                     token[:63],
		"":                             "",
	} {
		if got := HideSecrets(text); got != want || HasSecret(text) != (got != text) {
			t.Errorf("%q became %q, want %q; has a secret: %t", text, got, want, HasSecret(text))
		}
	}
}
