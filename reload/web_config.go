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
		before, told trouble        // of the last look, and what was logged
	)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-found:
			if atStart == nil && now.err == nil {
				atStart = &now
			}
			trouble := now.trouble(atStart)
			if trouble == before && trouble != told {
				w.tell(trouble)
				told = trouble
			}
			before = trouble
		}
	}
}

// trouble is what is wrong with a web configuration. The zero trouble is none.
type trouble struct {
	cause       string
	unencrypted bool // connections work, but are not encrypted
}

// trouble returns what is wrong, given how it was at the start.
func (l webConfigLook) trouble(atStart *webConfigLook) trouble {
	switch {
	case l.err != nil:
		return trouble{cause: l.err.Error()}
	case l.encrypts && !atStart.encrypts:
		return trouble{"TLS was turned on, which takes effect after a restart only", true}
	case !l.encrypts && atStart.encrypts:
		return trouble{cause: "TLS was turned off, which needs a restart: until then every connection fails"}
	}
	return trouble{}
}

func (w WebConfig) tell(t trouble) {
	switch {
	case t == (trouble{}):
		w.Metrics.WebConfigRead(nil)
		w.Logger.Info("the web configuration can be used again")
	case t.unencrypted:
		w.Metrics.WebConfigRead(nil)
		w.Logger.Warn("connections are not encrypted as the web configuration says; restart the exporter", "error", t.cause)
	default:
		w.Metrics.WebConfigRead(errors.New(t.cause))
		w.Logger.Warn("the web configuration cannot be used; connections fail until it is mended", "error", t.cause)
	}
}
