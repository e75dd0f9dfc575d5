package config

import "testing"

// TestAppNames holds what a name may consist of: whatever a label value can.
func TestAppNames(t *testing.T) {
	for _, name := range []string{"小店", "a b", "全角\u3000空格", "👨‍👩‍👧", `"quoted"`} {
		setEnvironment(t, withAccount(map[string]string{"WXAPP_APP_NAME": name}))
		got, _, err := Read()
		if err != nil || got.Apps[0].Name != name {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"a\nb", "a\xffb", "a\x1bb"} {
		setEnvironment(t, withAccount(map[string]string{"WXAPP_APP_NAME": name}))
		_, _, err := Read()
		if err == nil {
			t.Errorf("%q was taken", name)
			continue
		}
		checkEqual(t, name, err.Error(), "WXAPP_APP_NAME: contains a control character, such as a line break, or invalid UTF-8; remove it")
	}
}
