package config

import (
	"cmp"
	"strconv"
	"time"
)

// parseMilliseconds takes a number of milliseconds.
func parseMilliseconds(p position, text string) (duration time.Duration, ok bool) {
	number, err := strconv.ParseInt(text, 10, 32)
	if err != nil || number < 0 {
		p.errorf("%s is not a number of milliseconds; use a value like 10000 for ten seconds", shown(text))
		return 0, false
	}
	return time.Duration(number) * time.Millisecond, true
}

// longestInterval leaves one of the five minutes for which Prometheus shows a series that
// gets no new point.
const longestInterval = 4 * time.Minute

func parseInterval(p position, text string) time.Duration {
	interval, ok := parseMilliseconds(p, text)
	switch {
	case !ok:
	case interval == 0:
		p.errorf("%s is not an interval; use a value like 60000 for one minute", shown(text))
	case interval > longestInterval:
		p.warnf("%s is more than 4 minutes, so series disappear from Prometheus between pushes; set it to 240000 or less", text)
	}
	return interval
}

// parseTimeout returns the time limit of a batch, the shorter of the two that the
// specification knows. To the specification 0 is no limit; here it is the interval, so
// that a push that hangs ends with the next one.
func parseTimeout(p *problems, e environment, interval time.Duration) time.Duration {
	batch, _ := parseMilliseconds(p.at("OTEL_EXPORTER_OTLP_TIMEOUT"), e.OTLPTimeout)
	push, _ := parseMilliseconds(p.at("OTEL_METRIC_EXPORT_TIMEOUT"), e.OTelTimeout)
	if batch > 0 && push > 0 {
		return min(batch, push)
	}
	return cmp.Or(batch, push, interval)
}
