package reload

import (
	"context"
	"errors"
	"log/slog"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// WebConfig watches the web configuration with its certificates. It is read again for every
// connection, so a mistake takes effect at once, and who connects sees no reason. All fields
// are required.
type WebConfig struct {
	// Check says whether the configuration encrypts, and what is wrong with it.
	Check   func() (encrypts bool, err error)
	Metrics *collector.SelfMetrics
	Logger  *slog.Logger
}

// webConfigLook is what a look at the web configuration has found.
type webConfigLook struct {
	encrypts bool
	err      error
}

// Run looks at the configuration every three seconds until the context ends. What two looks
// in a row find wrong is logged once, and so is that nothing is wrong any more: a certificate
// and its key are often replaced one after the other.
func (w WebConfig) Run(ctx context.Context) {
	found := looks(ctx, 0, func() (l webConfigLook) {
		l.encrypts, l.err = w.Check()
		return l
	})
	var (
		atStart      *webConfigLook // the first without a mistake
		before, told string         // what was wrong at the last look, and what was logged
	)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-found:
			if atStart == nil && now.err == nil {
				atStart = &now
			}
			wrong := now.wrong(atStart)
			if wrong == before && wrong != told {
				w.tell(wrong)
				told = wrong
			}
			before = wrong
		}
	}
}

// wrong says what is wrong, given how it was at the start; empty: nothing.
func (l webConfigLook) wrong(atStart *webConfigLook) string {
	switch {
	case l.err != nil:
		return l.err.Error()
	case l.encrypts && !atStart.encrypts:
		return "TLS was turned on, which takes effect after a restart only"
	case !l.encrypts && atStart.encrypts:
		return "TLS was turned off, which needs a restart: until then every connection fails"
	}
	return ""
}

func (w WebConfig) tell(wrong string) {
	if wrong == "" {
		w.Metrics.WebConfigRead(nil)
		w.Logger.Info("the web configuration can be used again")
		return
	}
	w.Metrics.WebConfigRead(errors.New(wrong))
	w.Logger.Warn("the web configuration cannot be used; connections fail until it is mended", "error", wrong)
}
