package main

import (
	"io"
	"testing"
)

// Warnings are shown when the start fails, too, because they may explain the failure.
func TestWarningsOfFailedStart(t *testing.T) {
	setEnvironment(t, map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRT": hushWord})
	const want = `invalid configuration:
  WXAPP_APPID: the app has no source of tokens; set WXAPP_SECRET, WXAPP_SECRET_FILE, WXAPP_TOKEN_FILE or WXAPP_TOKEN_URL
warnings:
  WXAPP_SECRT: is unknown and ignored; did you mean WXAPP_SECRET?`
	if err := run(t.Context(), []string{"serve"}, io.Discard, io.Discard); err == nil || err.Error() != want {
		t.Errorf("serve: %v, want %s", err, want)
	}

	setEnvironment(t, map[string]string{"WXAPP_LOG_FORMAT": "xml", "WXAPP_TOPP": hushWord})
	const wantDemo = `invalid configuration:
  WXAPP_LOG_FORMAT: "xml" is unknown; set it to logfmt or json
warnings:
  WXAPP_TOPP: is unknown and ignored; did you mean WXAPP_TOP?`
	if err := run(t.Context(), []string{"demo"}, io.Discard, io.Discard); err == nil || err.Error() != wantDemo {
		t.Errorf("demo: %v, want %s", err, wantDemo)
	}
}
