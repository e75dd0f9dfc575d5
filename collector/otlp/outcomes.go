package otlp

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// errNotSent is the outcome of a batch that was not sent because the receiver did not
// answer about an earlier one.
var errNotSent = errors.New("not sent")

// outcomes counts the outcomes of pushes. It logs when they begin to fail and when they
// succeed again; what happens in between is logged for debugging only.
type outcomes struct {
	metrics *Metrics
	log     *slog.Logger
	secrets *strings.Replacer

	batches, failures int   // of the current push
	failure           error // the first of them
	failing           bool  // the last push failed

	status atomic.Pointer[collector.PushStatus]

	gathering error // of the last time that the exporter's own metrics were gathered
}

func newOutcomes(c Config, metrics *Metrics, logger *slog.Logger) *outcomes {
	return &outcomes{
		metrics: metrics,
		log:     logger.With("endpoint", c.Endpoint.Redacted()),
		secrets: hideSecrets(c),
	}
}

// attempt records that one attempt to send a batch failed. The batch may still be sent by
// a later attempt. It may be called from any goroutine.
func (o *outcomes) attempt(err error) {
	o.log.Debug("OTLP export attempt failed", "error", o.text(err))
}

// batch records the outcome of one batch.
func (o *outcomes) batch(err error) {
	if rejected, ok := partialSuccess(err); ok {
		o.metrics.rejected(rejected)
		if rejected == 0 {
			o.log.Debug("OTLP export succeeded with a warning from the receiver", "warning", o.text(err))
			err = nil
		}
	}
	o.metrics.exported(err != nil)
	o.batches++
	if err != nil {
		o.failures++
		if o.failure == nil {
			o.failure = err
		}
	}
}

// end records the end of a push.
func (o *outcomes) end() {
	switch {
	case o.failure == nil:
		o.metrics.succeeded(time.Now())
		if o.failing {
			o.log.Info("OTLP export succeeds again")
		}
	case !o.failing:
		o.log.Warn("OTLP export failed",
			"error", o.text(o.failure),
			"failed", fmt.Sprintf("%d of %d batches", o.failures, o.batches),
			"remedy", Remedy(o.failure).English+"; the exporter keeps trying")
	default:
		o.log.Debug("OTLP export still fails", "error", o.text(o.failure))
	}
	o.failing = o.failure != nil
	status := collector.PushStatus{}
	if before := o.status.Load(); before != nil {
		status.LastSuccess = before.LastSuccess
	}
	if o.failing {
		status.Failure = o.text(o.failure)
	} else {
		status.LastSuccess = time.Now()
	}
	o.status.Store(&status)
	o.discard()
}

// discard forgets the batches of a push that was interrupted.
func (o *outcomes) discard() { o.batches, o.failures, o.failure = 0, 0, nil }

// gathered records the outcome of gathering the exporter's own metrics.
func (o *outcomes) gathered(err error) {
	switch {
	case err != nil && o.gathering == nil:
		o.log.Error("some metrics of the exporter itself cannot be pushed", "error", err)
	case err == nil && o.gathering != nil:
		o.log.Info("all metrics of the exporter itself can be pushed again")
	}
	o.gathering = err
}

// text returns the text of an error without the secrets, which a receiver may repeat.
func (o *outcomes) text(err error) string { return o.secrets.Replace(err.Error()) }

// rejectedPoints matches the SDK's error about a batch that was accepted in part. Only
// the text has the number, because the type of the error is internal.
var rejectedPoints = regexp.MustCompile(`OTLP partial success: (?s:.*) \((\d+) metric data points rejected\)`)

// partialSuccess reports whether an error says that the receiver accepted a batch, and
// how many points it rejected. If it rejected none, the error is only a warning.
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
