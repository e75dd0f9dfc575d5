package reload

import (
	"context"
	"errors"
	"log/slog"
	"time"

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

var (
	errTurnedOn  = errors.New("TLS was turned on, which takes effect after a restart only")
	errTurnedOff = errors.New("TLS was turned off, which needs a restart: until then every connection fails")
)

// Run looks at the configuration every three seconds until the context ends. What two looks
// in a row find wrong is logged once, and so is that nothing is wrong any more: a certificate
// and its key are often replaced one after the other.
func (w WebConfig) Run(ctx context.Context) {
	type look struct {
		encrypts bool
		err      error
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var (
		found           = make(chan look, 1) // a look may end after Run
		looking, looked bool
		encrypted       bool     // at the start
		before, told    = "", "" // what was wrong at the last look, and what was logged
		begin           = func() { looking = true; go func() { var l look; l.encrypts, l.err = w.Check(); found <- l }() }
	)
	begin()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !looking {
				begin()
			}
		case now := <-found:
			looking = false
			if !looked && now.err == nil {
				looked, encrypted = true, now.encrypts
			}
			if now.err == nil && now.encrypts != encrypted {
				now.err = errTurnedOff
				if now.encrypts {
					now.err = errTurnedOn
				}
			}
			wrong := ""
			if now.err != nil {
				wrong = now.err.Error()
			}
			switch {
			case wrong != before || wrong == told:
			case wrong != "":
				w.Metrics.WebConfigRead(now.err)
				w.Logger.Warn("the web configuration cannot be used; connections fail until it is mended", "error", wrong)
				told = wrong
			default:
				w.Metrics.WebConfigRead(nil)
				w.Logger.Info("the web configuration can be used again")
				told = ""
			}
			before = wrong
		}
	}
}
