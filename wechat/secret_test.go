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
