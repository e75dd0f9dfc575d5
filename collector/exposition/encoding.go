package exposition

import (
	"net/http"
	"strconv"
	"strings"
)

// acceptsGzip reports whether a client prefers gzip to no compression. A client without a
// preference gets no compression, as with promhttp.
func acceptsGzip(header http.Header) bool {
	gzip, identity := 0.0, 0.0
	for _, field := range header["Accept-Encoding"] {
		for offer := range strings.SplitSeq(field, ",") {
			name, weight, _ := strings.Cut(offer, ";")
			q := 1.0
			if number, ok := strings.CutPrefix(strings.TrimSpace(weight), "q="); ok {
				q, _ = strconv.ParseFloat(number, 64)
			}
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "gzip":
				gzip = max(gzip, q)
			case "identity":
				identity = max(identity, q)
			case "*":
				gzip, identity = max(gzip, q), max(identity, q)
			}
		}
	}
	return gzip > identity
}
