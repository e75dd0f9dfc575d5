package main

import (
	"os"
	"strings"
	"testing"
)

// Secrets in these tests are of two kinds, and neither must ever be shown: one in the form
// of a real secret, and one that is nothing like it.
const (
	testSecret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	hushWord   = "hush"
)

// setEnvironment sets the variables and clears all others that the program reads. A program that
// stops gets all the time that a busy machine may need.
func setEnvironment(t *testing.T, variables map[string]string) {
	t.Helper()
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(strings.ToUpper(name), "WXAPP_") || strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "") // restores the variable when the test ends
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("WXAPP_STOP_TIMEOUT", "10m")
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

// checkHushed fails when a text shows a secret of these tests.
func checkHushed(t *testing.T, what, text string) {
	t.Helper()
	lower := strings.ToLower(text)
	for _, secret := range []string{testSecret, hushWord} {
		if strings.Contains(lower, secret) {
			t.Errorf("%s shows a secret: %s", what, text)
		}
	}
}
