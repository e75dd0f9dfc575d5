package otlp

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// errNotSent is the outcome of a batch that was not sent, since the receiver was waited
// for in vain with the one before.
var errNotSent = errors.New("not sent")

// report counts the outcomes of pushes. It logs when they begin to fail and when they
// succeed again, and nothing in between.
type report struct {
	metrics *collector.OTLPMetrics
	log     *slog.Logger
	secrets *strings.Replacer

	batches, failures int   // of the push that is under way
	failure           error // the first of them
	broken            bool  // the last push failed

	gathering error // what the last Gather of the process-wide metrics failed with
}

func newReport(c Config, metrics *collector.OTLPMetrics, logger *slog.Logger) *report {
	var secrets []string
	for _, value := range c.Headers {
		for word := range strings.FieldsSeq(value.Reveal()) {
			secrets = append(secrets, word, "[secret]")
		}
	}
	return &report{
		metrics: metrics,
		log:     logger.With("endpoint", c.Endpoint.Redacted()),
		secrets: strings.NewReplacer(secrets...),
	}
}

// batch notes the outcome of one batch.
func (r *report) batch(err error) {
	if rejected, ok := partialSuccess(err); ok {
		r.metrics.Rejected(rejected)
		if rejected == 0 {
			r.log.Debug("the OpenTelemetry receiver took all points, with a remark", "remark", r.text(err))
			err = nil
		}
	}
	r.metrics.Exported(err == nil)
	r.batches++
	if err != nil {
		r.failures++
		if r.failure == nil {
			r.failure = err
		}
	}
}

// end notes the end of a push.
func (r *report) end() {
	switch {
	case r.failure == nil:
		r.metrics.Succeeded(time.Now())
		if r.broken {
			r.log.Info("the OpenTelemetry receiver takes all points again")
		}
	case !r.broken:
		r.log.Warn("the OpenTelemetry receiver did not take all points",
			"error", r.text(r.failure),
			"failed", fmt.Sprintf("%d of %d batches", r.failures, r.batches),
			"remedy", "check that the receiver runs and is well, that the endpoint and OTEL_EXPORTER_OTLP_PROTOCOL fit it, "+
				"and OTEL_EXPORTER_OTLP_HEADERS if it wants credentials; the exporter goes on trying")
	default:
		r.log.Debug("the OpenTelemetry receiver still does not take all points", "error", r.text(r.failure))
	}
	r.broken = r.failure != nil
	r.abandon()
}

// abandon forgets a push that was broken off.
func (r *report) abandon() { r.batches, r.failures, r.failure = 0, 0, nil }

// gathered notes the outcome of gathering the process-wide metrics.
func (r *report) gathered(err error) {
	switch {
	case err != nil && r.gathering == nil:
		r.log.Error("some metrics of the process cannot be pushed", "error", err)
	case err == nil && r.gathering != nil:
		r.log.Info("all metrics of the process can be pushed again")
	}
	r.gathering = err
}

// text returns an error without the secrets, should a receiver repeat them.
func (r *report) text(err error) string { return r.secrets.Replace(err.Error()) }

// rejectedPoints matches what the SDK says of a batch that was accepted in part. The
// number is nowhere else to be had: the type of the error is internal.
var rejectedPoints = regexp.MustCompile(`OTLP partial success: (?s:.*) \((\d+) metric data points rejected\)`)

// partialSuccess reports whether an error says that a receiver accepted a batch, and how
// many points it left out. With none left out the error is a remark.
func partialSuccess(err error) (rejected int64, ok bool) {
	if err == nil {
		return 0, false
	}
	match := rejectedPoints.FindStringSubmatch(err.Error())
	if match == nil {
		return 0, false
	}
	rejected, parseErr := strconv.ParseInt(match[1], 10, 64)
	return rejected, parseErr == nil
}
