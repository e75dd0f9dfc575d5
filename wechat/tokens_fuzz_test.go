package wechat

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// FuzzTokenText holds that nothing that a token server answers, or a token file holds, is
// shown, and that what is taken for a token can be sent.
func FuzzTokenText(f *testing.F) {
	for _, seed := range []string{
		"", "76_token", " 76_token\r\n", "{}", `{"access_token":"76_token","expires_in":7200}`, `{"access_token":"76_token","expires_in":"7200.5"}`,
		`{"access_token":null}`, `{"access_token":"a b"}`, `{"access_token":"76_token","expires_in":-1}`, `{"access_token":"76_token","expires_in":9e99}`,
		`{"errcode":40125,"errmsg":"invalid appsecret 0123456789abcdef0123456789abcdef, rid: 611740a4-27f9a8ba-065da01b"}`,
		`{"errcode":0,"access_token":"76_token"}`, `{"code":0,"data":{"accessToken":"76_token","expiresIn":"7200"}}`, `{"code":1,"msg":"76_token"}`,
		`{"success":true,"result":"76_token"}`, "\xef\xbb\xbf76_token\x00", "<html>login</html>", "\x1f\x8b", "{\"access_token\":\"\xff\"}", `{"access_token":"\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	const token = "76_t0ken-that-nobody-may-see"
	f.Fuzz(func(t *testing.T, text []byte) {
		text = bytes.ReplaceAll(text, []byte("76_token"), []byte(token))
		issued, failure := decodeTokenText(text, redactor{private: true})
		if failure != nil {
			if failure.Reason == "" || failure.Remedy() == "" || failure.Code == codeDecode && strings.Contains(failure.Error(), token) {
				t.Fatalf("%#v", failure)
			}
			return
		}
		value := issued.value.Reveal()
		if value == "" || strings.ContainsFunc(value, func(c rune) bool { return c <= ' ' || c > '~' }) {
			t.Fatalf("the token %q was taken", value)
		}
		if issued.life < 0 || issued.life > maxLife || issued.life > 0 && !issued.hasLife {
			t.Fatalf("the token lives for %s", issued.life)
		}
		asked := time.Unix(0, 0)
		if token, until := issued.expiring(asked); !until.IsZero() && (until.Before(asked) || until.After(asked.Add(maxLife))) || token.Value != issued.value {
			t.Fatalf("the token is held until %s", until)
		}
	})
}
