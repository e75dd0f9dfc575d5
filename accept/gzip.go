// Package accept reads from the header of a request what a client accepts.
package accept

import (
	"net/http"
	"strconv"
	"strings"
)

// Gzip reports whether a client prefers gzip to no compression (RFC 9110, 12.5.3). A client
// without a preference gets no compression, as with promhttp.
func Gzip(header http.Header) bool {
	weights := map[string]float64{}
	for _, field := range header["Accept-Encoding"] {
		for offer := range strings.SplitSeq(field, ",") {
			coding, parameters, _ := strings.Cut(offer, ";")
			coding = strings.ToLower(strings.TrimSpace(coding))
			weights[coding] = max(weights[coding], weight(parameters))
		}
	}
	return weightOf(weights, "gzip") > weightOf(weights, "identity")
}

// weightOf returns the weight of a coding; what is named does not go by the asterisk.
func weightOf(weights map[string]float64, coding string) float64 {
	if weight, named := weights[coding]; named {
		return weight
	}
	return weights["*"]
}

// weight returns the weight that parameters give: 1 if they give none, and 0 if it is not
// a number from 0 to 1.
func weight(parameters string) float64 {
	name, number, given := strings.Cut(parameters, "=")
	if !given || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}
