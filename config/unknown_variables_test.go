package config

import "testing"

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{
		"WXAPP_SECERT":         "WXAPP_SECRET",
		"WXAPP_APPSECRET":      "WXAPP_SECRET",
		"WXAPP_APP_ID":         "WXAPP_APPID",
		"WXAPP_POLLINTERVAL":   "WXAPP_POLL_INTERVAL",
		"WXAPP_TOPS":           "WXAPP_TOP",
		"WXAPP_LISTEN_ADDR":    "WXAPP_LISTEN_ADDRESS",
		"WXAPP_SECRETS_FILE":   "WXAPP_SECRET_FILE",
		"WXAPP_":               "",
		"WXAPP_X":              "",
		"WXAPP_COLOR":          "",
		"WXAPP_SOMETHING_ELSE": "",
	} {
		if got, ok := nearest(name, "WXAPP_", variableNames("WXAPP_")); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "abd", 1},
		{"abc", "ac", 1},
		{"ac", "abc", 1},
		{"kitten", "sitting", 3},
		{"secert", "secret", 2},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

// TestUnknownNamesAreOneLine holds that a name cannot break the report.
func TestUnknownNamesAreOneLine(t *testing.T) {
	p := &problems{}
	warnUnknownVariables(p, []string{"WXAPP_A\nB=hush", "WXAPP_LONELY", "OTHER=1", "=WXAPP_X=1"})
	checkEqual(t, "warnings", p.allWarnings(), []string{
		`WXAPP_A\nB: is unknown and ignored; wxapp_exporter --help lists all settings`,
		`WXAPP_LONELY: is unknown and ignored; wxapp_exporter --help lists all settings`,
	})
}
