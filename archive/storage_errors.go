package archive

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	cosapi "github.com/tencentyun/cos-go-sdk-v5"
)

// plainCode matches the codes that S3 and COS document, such as AccessDenied. Anything
// else in the place of a code is not shown.
var plainCode = regexp.MustCompile(`^[A-Z][A-Za-z]{2,40}$`)

// storageStatus returns the HTTP status of an error answer of the storage, or 0.
func storageStatus(err error) int {
	if answer, ok := errors.AsType[minio.ErrorResponse](err); ok {
		return answer.StatusCode
	}
	if answer, ok := errors.AsType[*cosapi.ErrorResponse](err); ok && answer.Response != nil {
		return answer.Response.StatusCode
	}
	return 0
}

// storageCode returns the code in an error answer of the storage, if it is one.
func storageCode(err error) string {
	code := ""
	if answer, ok := errors.AsType[minio.ErrorResponse](err); ok {
		code = answer.Code
	} else if answer, ok := errors.AsType[*cosapi.ErrorResponse](err); ok {
		code = answer.Code
	}
	if !plainCode.MatchString(code) {
		return ""
	}
	return code
}

// ErrDenied is the error of an object storage that refuses the keys, or what they may do.
var ErrDenied = errors.New("the object storage refuses the keys")

// storageError is an error of the storage in words that are safe to show.
type storageError struct {
	text   string
	denied bool
}

func (e storageError) Error() string { return e.text }

// Is makes the error ErrDenied if that is what it is.
func (e storageError) Is(target error) bool { return e.denied && target == ErrDenied }

// isDenied reports whether the storage refuses the keys. Temporary ones that have expired are
// refused with 400.
func isDenied(err error) bool {
	switch storageStatus(err) {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusBadRequest:
		return slices.Contains([]string{"ExpiredToken", "InvalidToken", "TokenRefreshRequired"}, storageCode(err))
	}
	return false
}

// mayPass reports whether the same request may succeed if it is repeated soon.
func mayPass(err error) bool {
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	switch status := storageStatus(err); {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, errForeign), untrusted:
		return false
	default:
		return status == 0 || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
	}
}

// failure is a predicate that says what went wrong with the storage. It holds nothing that
// an answer says, except for a code.
func failure(err error) string {
	status, code := storageStatus(err), storageCode(err)
	switch {
	case status != 0 && code != "":
		return fmt.Sprintf("returned %d (%s)", status, code)
	case status != 0:
		return fmt.Sprintf("returned %d", status)
	case code != "":
		return fmt.Sprintf("returned %s", code)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "has a name that cannot be resolved: " + dns.Err
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		return "cannot be reached: " + operation.Error()
	}
	if unverified, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "has a certificate that is not trusted: " + certificateFault(unverified.Err)
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return "did not answer in time"
	}
	if errors.Is(err, errForeign) {
		return errForeign.Error()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), closedByHost) {
		return "closed the connection before its answer was complete"
	}
	return "returned no valid answer"
}

// closedByHost is in the text that the client of S3 puts in the place of io.EOF.
const closedByHost = "Connection closed by foreign host"

// certificateFault says what is wrong with a certificate without what stands in it.
func certificateFault(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "its issuer is unknown"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "it is for another name"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "it has expired or is not valid yet"
	}
	return "it cannot be verified"
}

// errForeign is the error of an answer that does not come from an object storage.
var errForeign = errors.New("returned 404 without naming the missing object; is something else at that address?")

// maxErrorAnswer is how much of an answer of 404 is read, in bytes.
const maxErrorAnswer = 64 << 10

// refuseForeign makes an error of every 404 that does not say what is missing. A proxy whose
// storage is gone answers so, and the clients would take it for a missing object.
func refuseForeign(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusNotFound || request.Method == http.MethodHead {
			return response, err
		}
		body, err := io.ReadAll(io.LimitReader(response.Body, maxErrorAnswer))
		if err := errors.Join(err, response.Body.Close()); err != nil {
			return nil, err
		}
		if !bytes.Contains(body, []byte("<Code>NoSuch")) {
			return nil, errForeign
		}
		response.Body = io.NopCloser(bytes.NewReader(body))
		return response, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
