package wechat

import "testing"

func TestAppID(t *testing.T) {
	for text, want := range map[string]struct{ valid, usual bool }{
		"wx0123456789abcdef":       {true, true},
		"wx0123456789ABCDEF":       {true, true},
		"WX0123456789abcdef":       {true, false},
		"wx0123456789abcdef0":      {true, false},
		"\u0020wx0123456789abcdef": {false, false},
		"wx0123456789abcdef\n":     {false, false},
		"wx0123456789abcdeg":       {true, false},
		"gh_1-2":                   {true, false},
		"..":                       {false, false},
		"":                         {false, false},
		"wx0123456789abcdef/..":    {false, false},
	} {
		if valid, usual := IsAppID(text), IsUsualAppID(text); valid != want.valid || usual != want.usual {
			t.Errorf("%q: got %t, %t, want %+v", text, valid, usual, want)
		}
	}
	got := ReplaceAppIDs("wx0123456789abcdef and (wxFEDCBA9876543210), not wx01", func(appid string) string { return appid[:4] })
	if want := "wx01 and (wxFE), not wx01"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
