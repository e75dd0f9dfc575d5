package wechat

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// Remedy says in English what the owner of the app should do.
func (e *Error) Remedy() string { return e.RemedyIn(text.English) }

// RemedyIn says in a language what the owner of the app should do. What is not known
// any more after the error was stored as JSON is left out: see Error.
func (e *Error) RemedyIn(language text.Language) string { return e.fill(e.errcode().remedy, language) }

// Pause returns how long to wait before the next call.
func (e *Error) Pause() Pause { return e.errcode().pause }

// fill replaces the words in braces of a remedy by details of the error.
func (e *Error) fill(remedy text.Both, language text.Language) string {
	filled := remedy.In(language)
	if !strings.Contains(filled, "{") {
		return filled
	}
	details := make([]string, 0, 10)
	for word, detail := range e.details() {
		details = append(details, word, detail.In(language))
	}
	return strings.NewReplacer(details...).Replace(filled)
}

// details returns what the words in braces of the table stand for, in general terms
// where the error does not know.
func (e *Error) details() map[string]text.Both {
	details := map[string]text.Both{
		"{address}":  both("the IP address from which this machine calls WeChat", "本机访问微信的出口 IP "),
		"{host}":     both("the name of the host", "该域名"),
		"{variable}": both("HTTPS_PROXY or HTTP_PROXY", "HTTPS_PROXY 或 HTTP_PROXY"),
		"{errcode}":  both("the errcode", "该 errcode"),
		"{clocks}":   {},
	}
	if addr, ok := addressIn(e.Message); ok {
		details["{address}"] = both(addr.String(), " "+addr.String()+" ")
	}
	if name, ok := errors.AsType[*net.DNSError](e.Err); ok {
		host := tidy(name.Name)
		details["{host}"] = both("the name "+host, " "+host)
	}
	if name, ok := errors.AsType[proxyError](e.Err); ok {
		details["{variable}"] = both(string(name), string(name))
	}
	if e.Code != "" {
		details["{errcode}"] = both("errcode "+e.Code, " errcode "+e.Code)
	}
	if clocksDiffer(e) {
		ours, theirs := InShanghai(e.ourClock).Format(time.RFC3339), InShanghai(e.theirClock).Format(time.RFC3339)
		details["{clocks}"] = both(": it shows "+ours+", WeChat's shows "+theirs, "：本机为 "+ours+"，微信为 "+theirs)
	}
	return details
}

// both returns a text in both languages.
func both(english, chinese string) text.Both { return text.Both{English: english, Chinese: chinese} }

// clockTolerance is how far our clock may be from WeChat's before it is named as a
// possible cause.
const clockTolerance = 3 * time.Minute

// The conditions of the table.

func hasCause[T error](e *Error) bool {
	_, ok := errors.AsType[T](e.Err)
	return ok
}

func wasCanceled(e *Error) bool { return errors.Is(e.Err, context.Canceled) }

func isUnresolved(e *Error) bool { return hasCause[*net.DNSError](e) }

func isPlainHTTP(e *Error) bool {
	return errors.Is(e.Err, http.ErrSchemeMismatch) || hasCause[tls.RecordHeaderError](e)
}

func isUntrusted(e *Error) bool { return hasCause[*tls.CertificateVerificationError](e) }

func isAboutToken(e *Error) bool { return e.Endpoint == EndpointToken }

func clocksDiffer(e *Error) bool {
	return !e.theirClock.IsZero() && e.ourClock.Sub(e.theirClock).Abs() >= clockTolerance
}
