package program

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Get returns the status and body that an address answers.
func Get(t *testing.T, url string) (status int, answer string) {
	t.Helper()
	return Ask(t, http.MethodGet, url, "")
}

// Ask returns the status and body that an address answers to a request.
func Ask(t *testing.T, method, url, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}
