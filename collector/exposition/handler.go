// Package exposition serves the metrics to Prometheus at about the price of a static
// file. The samples of an app change once a day and are scraped every few seconds, so
// they are rendered and compressed when they change, once, and the compressed texts of
// all apps are joined into one gzip file. What is live, the metrics of the process, is
// added to every scrape without compression.
package exposition

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Handler answers scrapes in the text format and in OpenMetrics, compressed by gzip
// where the client takes that. The parameter appid, which may be repeated, limits the
// answer to the series of those apps; an unknown one is answered by 404, and the empty
// one stands for the series of the whole process.
type Handler struct {
	store   *collector.Store
	live    *live
	onError func(error)

	metrics                         []*collector.Metric // of an app
	textHeaders, openMetricsHeaders []part              // of each metric
	locations                       part
	rendered                        rendered

	buffers   sync.Pool     // of *buffers
	renderers sync.Pool     // of *renderer
	rendering chan struct{} // one of its places is taken while an app is rendered
}

// buffers are the memory of a scrape, to be used again by later ones.
type buffers struct {
	live   bytes.Buffer  // the text of the live metrics
	writer *bufio.Writer // makes one system call of many small chunks
}

// New returns a Handler of the snapshots in store and of the live metrics of the
// process. Errors of the live metrics, which cost no more than the metrics in
// question, are handed to onError, which may be called from several goroutines. New
// fails when a live metric has the name of a metric of the apps.
func New(store *collector.Store, process prometheus.Gatherer, onError func(error)) (*Handler, error) {
	live, err := newLive(process)
	if err != nil {
		return nil, err
	}
	renderer, metrics := newRenderer(), collector.AppMetrics()
	h := &Handler{
		store:              store,
		live:               live,
		onError:            onError,
		metrics:            metrics,
		textHeaders:        renderer.headers(metrics, false),
		openMetricsHeaders: renderer.headers(metrics, true),
		locations:          renderer.locations(store),
		rendered:           rendered{groupOf: map[string]*group{}},
		buffers:            sync.Pool{New: func() any { return &buffers{writer: bufio.NewWriterSize(nil, 256<<10)} }},
		renderers:          sync.Pool{New: func() any { return newRenderer() }},
		rendering:          make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	store.Watch(h.refresh)
	for _, snapshot := range store.Snapshots() {
		h.refresh(snapshot.App.ID)
	}
	return h, nil
}

// refresh renders an app anew. Since every change of the store is followed by a call,
// one that was overtaken by another has nothing to do.
func (h *Handler) refresh(appid string) {
	h.rendering <- struct{}{}
	defer func() { <-h.rendering }()

	snapshot := h.store.Snapshot(appid)
	var parts []part
	if snapshot != nil {
		renderer := h.renderers.Get().(*renderer)
		parts = renderer.app(snapshot, h.metrics)
		h.renderers.Put(renderer)
	}
	h.rendered.put(appid, parts, func() bool { return h.store.Snapshot(appid) != snapshot })
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	apps, process, err := h.choose(r.URL.Query()["appid"])
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	format := expfmt.NegotiateAccept(r.Header,
		expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtOpenMetrics_0_0_1, expfmt.FmtText)
	buffers := h.buffers.Get().(*buffers)
	defer h.buffers.Put(buffers)
	buffers.live.Reset()
	if err := h.live.write(&buffers.live, format, process); err != nil {
		h.onError(err)
	}
	body := h.body(format, apps, process, buffers.live.Bytes())

	header := w.Header()
	header.Set("Content-Type", string(format))
	header.Set("Vary", "Accept, Accept-Encoding")
	compressed := acceptsGzip(r.Header)
	if compressed {
		header.Set("Content-Encoding", "gzip")
		header.Set("Content-Length", strconv.Itoa(body.length))
	} else {
		header.Set("Content-Length", strconv.FormatInt(body.text.size, 10))
	}
	switch {
	case r.Method == http.MethodHead:
	case compressed:
		buffers.writer.Reset(w)
		_, _ = body.chunks.WriteTo(buffers.writer)
		_ = buffers.writer.Flush() // a client that has gone away is its own affair
	default:
		if text, err := gzip.NewReader(&body.chunks); err == nil {
			_, _ = io.CopyN(w, text, body.text.size)
		}
	}
}

// choose returns the parts of the apps that a scrape asks for, one by one or joined,
// and whether it asks for the metrics of the process.
func (h *Handler) choose(appids []string) (apps [][]part, process bool, err error) {
	if len(appids) == 0 {
		return h.rendered.all(), true, nil
	}
	slices.Sort(appids)
	for _, appid := range slices.Compact(appids) {
		if appid == "" {
			process = true
			continue
		}
		parts, known := h.rendered.of(appid)
		if !known {
			return nil, false, fmt.Errorf("no app has the appid %q; ask without the parameter appid for all that there are", appid)
		}
		apps = append(apps, parts)
	}
	return apps, process, nil
}

// body returns a gzip file of the samples of apps, the places when a scrape asks for
// the metrics of the process, and the live text. All samples of a metric stand in a row.
func (h *Handler) body(format expfmt.Format, apps [][]part, process bool, live []byte) *member {
	headers := h.textHeaders
	if format.FormatType() == expfmt.TypeOpenMetrics {
		headers = h.openMetricsHeaders
	}
	m := newMember()
	for i, header := range headers {
		if !slices.ContainsFunc(apps, func(parts []part) bool { return parts[i].size > 0 }) {
			continue
		}
		m.add(header)
		for _, parts := range apps {
			m.add(parts[i])
		}
	}
	if process {
		m.add(h.locations)
	}
	m.addText(live)
	m.close()
	return m
}
