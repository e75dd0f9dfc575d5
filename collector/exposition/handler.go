// Package exposition serves the metrics to Prometheus at about the price of a static
// file. The samples of an app change once a day and are scraped every few seconds, so
// they are rendered and compressed once, when they change, and the compressed texts of
// all apps are joined into one gzip file. The metrics of the exporter itself change all
// the time; they are added to every scrape without compression.
package exposition

import (
	"bufio"
	"bytes"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/flate"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/wxapp-exporter/wxapp_exporter/accept"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Handler answers scrapes in the text format and in OpenMetrics, compressed by gzip if
// the client accepts that.
//
// The parameter appid, which may be repeated, limits the answer to the series of those
// apps. The appid "." stands for the metrics of the exporter itself and the places of the
// provinces. An unknown appid is answered by 404; an empty one, more than 1,000 or
// a query that is malformed by 400.
//
// A client that needs more than 30 seconds for a piece of 1 MiB, or more than two minutes
// in all, is cut off.
type Handler struct {
	store     *collector.Store
	self      *self
	log       *slog.Logger
	told      atomic.Value // the text of the error that was logged last
	limitTold sync.Once

	metrics                         []*collector.Metric // of an app
	textHeaders, openMetricsHeaders []fragment          // of each metric
	locations                       fragment
	cache                           cache

	buffers   sync.Pool     // of *buffers
	inflater  *inflater     // for clients that do not accept gzip
	renderers sync.Pool     // of *renderer
	fast      sync.Pool     // of those that compress fast
	rendering chan struct{} // holds one value for each app that is being rendered
	second    second
}

// Options are the optional settings of a Handler.
type Options struct {
	// WithoutLocations leaves out wxapp_location_info, where the provinces are.
	WithoutLocations bool
	// Log is told when metrics of the exporter itself are left out of a scrape because they
	// are broken, but not the same twice in a row: what fails in one scrape usually fails in the
	// next one, too. It is told once of a client that refuses what it is sent. Nil: nobody is told.
	Log *slog.Logger
	// Started is closed when the snapshots of all apps have been put into the store for the first
	// time. Until then their texts are compressed fast, and afterwards again. Nil: always well.
	Started <-chan struct{}
}

// buffers are the memory of a scrape. Later scrapes use it again.
type buffers struct {
	self   bytes.Buffer  // the text of the exporter's own metrics
	writer *bufio.Writer // turns many small chunks into one system call
}

// bufferSize is how many bytes small chunks are joined to.
const bufferSize = 256 << 10

// New returns a Handler of the snapshots in store and of the metrics of the exporter
// itself, which self gathers. It fails if one of those has the name of a metric of
// the apps.
func New(store *collector.Store, self prometheus.Gatherer, options Options) (*Handler, error) {
	own, err := newSelf(self)
	if err != nil {
		return nil, err
	}
	renderer, metrics := newRenderer(gzipLevel), collector.AppMetrics()
	h := &Handler{
		store:              store,
		self:               own,
		log:                options.Log,
		metrics:            metrics,
		textHeaders:        renderer.headers(metrics, false),
		openMetricsHeaders: renderer.headers(metrics, true),
		cache:              cache{groupOf: map[string]*group{}},
		buffers:            sync.Pool{New: func() any { return &buffers{writer: bufio.NewWriterSize(nil, bufferSize)} }},
		inflater:           newInflater(),
		renderers:          sync.Pool{New: func() any { return newRenderer(gzipLevel) }},
		fast:               sync.Pool{New: func() any { return newRenderer(flate.BestSpeed) }},
		rendering:          make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	h.second = second{started: options.Started, render: h.renderAgain}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if !options.WithoutLocations {
		h.locations = renderer.locations()
	}
	store.Watch(h.refresh)
	for _, snapshot := range store.Snapshots() {
		h.refresh(snapshot.App.ID, snapshot)
	}
	return h, nil
}

func (h *Handler) tell(err error) {
	if h.told.Swap(err.Error()) != err.Error() {
		h.log.Error("some metrics of the exporter itself are missing from scrapes", "error", err)
	}
}

// refresh renders the new snapshot of an app, or forgets the app if it is nil. Every
// change of the Store is followed by a call, so one that comes too late does nothing. At the start
// the first text of an app is compressed fast, because all wait for it.
func (h *Handler) refresh(appid string, snapshot *collector.Snapshot) {
	switch {
	case snapshot == nil:
		h.cache.remove(appid, func() bool { return h.store.Snapshot(appid) != nil })
	case h.cache.has(appid) || h.second.begun():
		h.render(snapshot, &h.renderers)
	default:
		h.render(snapshot, &h.fast)
		h.second.add(snapshot)
	}
}

// renderAgain renders a snapshot that was compressed fast, unless it was replaced.
func (h *Handler) renderAgain(snapshot *collector.Snapshot) {
	if h.store.Snapshot(snapshot.App.ID) == snapshot {
		h.render(snapshot, &h.renderers)
	}
}

// render renders a snapshot.
func (h *Handler) render(snapshot *collector.Snapshot, renderers *sync.Pool) {
	h.rendering <- struct{}{}
	defer func() { <-h.rendering }()
	renderer := renderers.Get().(*renderer)
	fragments := renderer.app(snapshot, h.metrics)
	renderers.Put(renderer)
	h.cache.put(snapshot.App.ID, fragments, func() bool { return h.store.Snapshot(snapshot.App.ID) != snapshot })
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	selection, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	format := expfmt.NegotiateAccept(r.Header,
		expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtOpenMetrics_0_0_1, expfmt.FmtText)
	buffers := h.buffers.Get().(*buffers)
	defer h.release(buffers)
	buffers.self.Reset()
	if err := h.self.write(&buffers.self, format, selection.self); err != nil {
		h.tell(err)
	}
	// After the exporter's own metrics: an app that they do not count as being restored is there.
	apps, err := h.apps(selection)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	file := h.file(format, apps, selection.self, buffers.self.Bytes())
	h.warnOfLimit(r, file.text.size)

	header := w.Header()
	header.Set("Content-Type", string(format))
	header.Set("Vary", "Accept, Accept-Encoding")
	compressed := accept.Gzip(r.Header)
	if compressed {
		header.Set("Content-Encoding", "gzip")
		header.Set("Content-Length", strconv.Itoa(file.length))
	} else {
		header.Set("Content-Length", strconv.FormatInt(file.text.size, 10))
	}
	if r.Method == http.MethodHead {
		return
	}
	// A write fails if the client has gone away or is too slow. There is nothing to do
	// about that, and nobody to report it to.
	buffers.writer.Reset(newDeadlineWriter(w))
	if compressed {
		_, _ = file.chunks.WriteTo(buffers.writer)
	} else {
		_ = h.inflater.copy(r.Context(), buffers.writer, file)
	}
	_ = buffers.writer.Flush()
}

// release returns the buffers of a scrape, without the client that they wrote to: what
// waits in a pool would keep it, and all that belongs to its connection, in memory.
func (h *Handler) release(b *buffers) {
	b.writer.Reset(nil)
	h.buffers.Put(b)
}

// file returns a gzip file of the samples of apps, and if self is wanted, of the places
// and the text of the exporter's own metrics. All samples of a metric stand in a row.
func (h *Handler) file(format expfmt.Format, apps [][]fragment, self bool, ownText []byte) *gzipFile {
	headers := h.textHeaders
	if format.FormatType() == expfmt.TypeOpenMetrics {
		headers = h.openMetricsHeaders
	}
	f := newGzipFile()
	for i, header := range headers {
		if !slices.ContainsFunc(apps, func(fragments []fragment) bool { return fragments[i].size > 0 }) {
			continue
		}
		f.add(header)
		for _, fragments := range apps {
			f.add(fragments[i])
		}
	}
	if self {
		f.add(h.locations)
	}
	f.addText(ownText)
	f.close()
	return f
}
