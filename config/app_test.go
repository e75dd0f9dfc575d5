package config

import "testing"

// TestAppNames holds what a name may consist of: whatever a label value can.
func TestAppNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"小店", "a b", "全角\u3000空格", "👨‍👩‍👧", `"quoted"`} {
		got, _, err := read(environmentOf(withAccount(map[string]string{"WXAPP_APP_NAME": name})))
		if err != nil || got.Apps[0].Name != name {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"a\nb", "a\xffb", "a\x1bb"} {
		_, _, err := read(environmentOf(withAccount(map[string]string{"WXAPP_APP_NAME": name})))
		if err == nil {
			t.Errorf("%q was taken", name)
			continue
		}
		checkEqual(t, name, err.Error(), "WXAPP_APP_NAME: contains a control character, such as a line break, or invalid UTF-8; remove it")
	}
}
