package config

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Headers of gRPC allow fewer characters than those of HTTP.
var (
	httpHeaderName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	grpcHeaderName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	httpValue      = regexp.MustCompile(`^[^\x00-\x08\x0a-\x1f\x7f]*$`)
	grpcValue      = regexp.MustCompile(`^[\x20-\x7e]*$`)
)

// parseHeaders takes a list of headers. Neither names nor values are shown: what stands in
// the wrong place may be a secret.
func parseHeaders(p position, list wechat.Secret, protocol otlp.Protocol) map[string]wechat.Secret {
	const remedy = "use the form name=value,name=value"
	validName, validValue := grpcHeaderName, grpcValue
	if protocol == otlp.HTTP {
		validName, validValue = httpHeaderName, httpValue
	}
	headers := map[string]wechat.Secret{}
	if list == "" {
		return headers
	}
	number := 0
	for item := range strings.SplitSeq(list.Reveal(), ",") {
		number++
		name, escaped, ok := strings.Cut(item, "=")
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(escaped)
		value = strings.TrimSpace(value)
		switch {
		case !ok:
			p.errorf("item %d has no =; %s", number, remedy)
		case !validName.MatchString(name) || protocol == otlp.GRPC && strings.HasPrefix(strings.ToLower(name), "grpc-"):
			p.errorf("item %d has a name that cannot be sent; %s", number, remedy)
		case err != nil:
			p.errorf("item %d has a value that is not URL-encoded; write %%25 for a percent sign", number)
		case !validValue.MatchString(value):
			p.errorf("item %d has a value that cannot be sent; remove control characters and, with gRPC, characters that are not ASCII", number)
		}
		headers[name] = wechat.Secret(value)
	}
	return headers
}
