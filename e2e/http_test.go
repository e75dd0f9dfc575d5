package e2e

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// get returns the status and body that an address answers.
func get(t *testing.T, url string) (status int, answer string) {
	t.Helper()
	return ask(t, http.MethodGet, url, "")
}

// ask returns the status and body that an address answers to a request.
func ask(t *testing.T, method, url, body string) (status int, answer string) {
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
