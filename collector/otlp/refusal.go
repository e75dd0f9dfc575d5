package otlp

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// statusError is the status of a message that was not accepted.
type statusError struct {
	code int
	text string // with the code
	said string // what the receiver says about it, if anything: one short line without secrets
}

func (e statusError) Error() string { return "HTTP " + e.text }

// What is read of an answer, and how much of what it says is shown.
const (
	maxRefusal = 4 << 10 // bytes
	maxSaid    = 300     // characters
)

// said returns what a receiver says about a message that it does not accept, on one line: the
// message of the Status that the specification wants, or a text. The page of a proxy says nothing.
// The answer can be read again.
func said(response *http.Response, secrets *strings.Replacer) string {
	begin, _ := io.ReadAll(io.LimitReader(response.Body, maxRefusal))
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(begin), response.Body), response.Body}

	kind, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
	text := string(begin)
	switch strings.TrimSpace(kind) {
	case "text/html":
		return ""
	case "application/x-protobuf":
		refusal := status.New(0, "").Proto()
		_ = proto.Unmarshal(begin, refusal) // what is cut off comes after the message
		text = refusal.GetMessage()
	}
	if len(begin) == maxRefusal { // the last word may be a half of a secret
		text = text[:strings.LastIndexAny(text, " \n")+1]
	}
	return oneLine(secrets.Replace(text))
}

// oneLine returns the beginning of a text without line breaks and other control characters.
func oneLine(text string) string {
	words := strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool { return r <= ' ' || r == 0x7f })
	line := []rune(strings.Join(words, " "))
	if len(line) > maxSaid {
		return string(line[:maxSaid]) + "…"
	}
	return string(line)
}
