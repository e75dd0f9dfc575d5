package poller

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// API is the part of WeChat's API that a Poller calls. *wechat.Client implements it.
type API interface {
	Ask(ctx context.Context, s wechat.Statistic, w wechat.Window) (*wechat.Answer, error)
	Quota(ctx context.Context, endpoint string) (wechat.Quota, error)
	TokenExpiry() time.Time
}

// Source is an app and the API that answers for it.
type Source struct {
	collector.App
	API API
}

// Options are the options of a Poller. All but PastReady, Spool and
// StopTimeout are required.
type Options struct {
	// Schedule says when to ask.
	Schedule Schedule
	// Datasets are the datasets to ask for, at least one.
	Datasets []wechat.Dataset
	Shows
	// PastReady is closed when the past may be read from the archive. Nil: at once.
	PastReady <-chan struct{}
	Store     *collector.Store
	Archive   Archive
	// Spool keeps what the archive has not taken yet. Nil: memory does.
	Spool Spool
	// StopTimeout is how long what is not archived may delay the end. 0: 8 s.
	StopTimeout time.Duration
	Metrics     *collector.SelfMetrics
	Logger      *slog.Logger
}

// shared is what all apps of a Poller have in common.
type shared struct {
	Options

	requests  *limiter      // calls of endpoints whose last call did not fail
	retries   *limiter      // calls of the others
	archiving *limiter      // reads and writes of the archive
	restoring *limiter      // apps whose archive is read: what is read of all of them takes memory
	accesses  chan struct{} // a place per read or write of the archive that runs or hangs
	decoding  chan struct{} // a place per answer that is decoded while the archive is restored
	pasts     chan struct{} // a place per app whose past is read
	totalling chan struct{} // a place for an answer of the past that is decoded
	health    *archiveHealth
	running   sync.WaitGroup
	restored  chan struct{} // closed when all apps of the start were restored
	closed    chan struct{} // always

	// Set when the Poller runs.
	program  context.Context // ends when the program is to stop
	deadline context.Context // ends when it must have stopped
}

func newShared(options Options) *shared {
	if options.StopTimeout == 0 {
		options.StopTimeout = 8 * time.Second
	}
	closed := make(chan struct{})
	close(closed)
	return &shared{
		restored:  make(chan struct{}),
		closed:    closed,
		Options:   options,
		requests:  newLimiter(8, 250*time.Millisecond, 250*time.Millisecond),
		retries:   newLimiter(4, 2*time.Second, 2*time.Second),
		archiving: newLimiter(64, time.Second, archiveSilence),
		restoring: newLimiter(64, 2*time.Second, maxRestoring),
		accesses:  make(chan struct{}, 1024),
		decoding:  make(chan struct{}, runtime.GOMAXPROCS(0)),
		pasts:     make(chan struct{}, 4),
		totalling: make(chan struct{}, 1),
		health:    newArchiveHealth(options.Logger, options.Spool != nil),
	}
}

// limiterOf returns the limiter for the next call of an endpoint.
func (s *shared) limiterOf(e *endpoint) *limiter {
	if e.failing() {
		return s.retries
	}
	return s.requests
}
