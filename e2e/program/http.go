package program

import (
	"errors"
	"io"
	"maps"
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
	status, _, answer = AskWith(t, method, url, body, nil)
	return status, answer
}

// AskWith is Ask with a header, and returns that of the answer, too.
func AskWith(t *testing.T, method, url, body string, header http.Header) (status int, answered http.Header, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(request.Header, header)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(content)
}
