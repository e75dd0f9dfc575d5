package wechat

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Error is a call that failed. Nothing in it shows the secret or a token. It can be
// stored as JSON; Err and the clocks are not stored, so that a remedy which names what
// they show is in general terms afterwards.
type Error struct {
	// Reason says what kind of failure it is.
	Reason Reason `json:"reason"`
	// Endpoint is what was called: EndpointQuota, EndpointToken or that of a Statistic.
	Endpoint string `json:"endpoint"`
	// Code is WeChat's errcode in decimal, or what Exchange says. It is not limited to the
	// errcodes of the table. It is empty when the call could not be made, for instance
	// because there is no token file.
	Code string `json:"code"`
	// Message says what is wrong: WeChat's errmsg without the id of the request, or our
	// own words. It may name this machine's IP address.
	Message string `json:"message"`
	// RequestID is WeChat's id of the request (rid), to be quoted in questions to
	// WeChat; empty when the answer names none.
	RequestID string `json:"request_id,omitempty"`
	// Err is the cause, or nil.
	Err error `json:"-"`

	ourClock, theirClock time.Time // at the end of the exchange; theirs may be unknown
}

// Error returns the endpoint, the code, the message and the id of the request.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Endpoint)
	status, isStatus := strings.CutPrefix(e.Code, codeHTTP)
	switch _, err := strconv.Atoi(e.Code); {
	case isStatus:
		b.WriteString(": HTTP " + status)
	case err == nil:
		b.WriteString(": errcode " + e.Code)
	case e.Code != "":
		b.WriteString(": " + e.Code)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.RequestID != "" {
		b.WriteString(" (rid " + e.RequestID + ")")
	}
	return b.String()
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// decodeError returns an error for an answer that could not be decoded.
func decodeError(message string) *Error {
	return &Error{Reason: ReasonDecode, Code: codeDecode, Message: tidy(message)}
}

// answeredError returns the error that WeChat answered.
func answeredError(code int64, errmsg string, r redactor) *Error {
	message, requestID := parseErrMsg(r.redact(errmsg))
	text := strconv.FormatInt(code, 10)
	return &Error{Reason: reasonOfCode(text), Code: text, Message: message, RequestID: requestID}
}

// requestIDs are the ways in which an errmsg ends with the id of the request
// (reported).
var requestIDs = regexp.MustCompile(
	`[\s,]*(?:\brid:\s*([0-9A-Fa-f]{8}-[0-9A-Fa-f]{8}-[0-9A-Fa-f]{8})|\bhints?:\s*\[\s*(?:req_id:\s*)?([^\[\]]*)\])\s*$`)

// parseErrMsg divides an errmsg into what it says and the id of the request.
func parseErrMsg(errmsg string) (message, requestID string) {
	message = tidy(errmsg)
	// The id stands at the end, which tidy cuts off long messages.
	if m := requestIDs.FindStringSubmatchIndex(errmsg); m != nil {
		message = tidy(errmsg[:m[0]])
		for group := 2; group < len(m); group += 2 {
			if m[group] >= 0 {
				requestID = tidy(errmsg[m[group]:m[group+1]])
			}
		}
	}
	return message, requestID
}

// addressIn returns the first IP address that a message names, as in "invalid ip
// 203.0.113.30 ipv6 ::ffff:203.0.113.30, not in whitelist".
func addressIn(message string) (netip.Addr, bool) {
	for field := range strings.FieldsFuncSeq(message, func(r rune) bool { return strings.ContainsRune(" ,;=()[]", r) }) {
		field = strings.TrimRight(field, ".")
		_, afterLabel, _ := strings.Cut(field, ":") // as in "requestIP:203.0.113.30"
		for _, candidate := range []string{field, afterLabel} {
			if addr, err := netip.ParseAddr(candidate); err == nil && !addr.IsUnspecified() {
				return addr.Unmap().WithZone(""), true
			}
		}
	}
	return netip.Addr{}, false
}
