//go:build linux

package exposition

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
)

// benchServer is what a process of the benchmark serves. The benchmark starts its own
// binary once for each, so that the operating system accounts for each of them apart.
type benchServer struct {
	Kind   string // ours, promhttp, empty, static or whole
	Apps   int
	Random bool   // random values instead of the simulated ones
	File   string // what static serves
}

const benchServerVariable = "EXPOSITION_BENCH_SERVER"

func TestMain(m *testing.M) {
	if description := os.Getenv(benchServerVariable); description != "" {
		var server benchServer
		err := json.Unmarshal([]byte(description), &server)
		if err == nil {
			err = server.run()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// benchReport is what a server says about itself.
type benchReport struct {
	Address string
	Series  int
	Heap    int64  // of the handler or the snapshots, at rest
	Mallocs uint64 // since the start
	PeakRSS int64  // in bytes
}

// run serves until the standard input ends.
func (s *benchServer) run() error {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	report := &benchReport{Address: listener.Addr().String()}
	handler, store, err := s.handler(report)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", handler)
	mux.HandleFunc("/report", func(w http.ResponseWriter, _ *http.Request) {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		now := *report
		now.Mallocs, now.PeakRSS = stats.Mallocs, peakRSS()
		_ = json.NewEncoder(w).Encode(now)
	})
	mux.HandleFunc("/refresh", func(_ http.ResponseWriter, r *http.Request) {
		for i := range times(r) {
			snapshots := store.Snapshots()
			store.Put(changed(snapshots[i%len(snapshots)]))
		}
	})
	texts := sync.OnceValue(func() [][]byte { return textsOf(store) })
	mux.HandleFunc("/deflate", func(_ http.ResponseWriter, r *http.Request) {
		writer, _ := flate.NewWriter(nil, 6)
		var deflated bytes.Buffer
		for i := range times(r) {
			deflated.Reset()
			writer.Reset(&deflated)
			_, _ = writer.Write(texts()[i%len(texts())])
			_ = writer.Close()
		}
	})
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // resets the peak
	server := &http.Server{Handler: mux}                      //nolint:gosec // no client is slow here
	if s.Kind == "ours" {
		server.ConnContext = ConnContext
	}
	go func() { _ = server.Serve(listener) }()
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// textsOf returns the text of each of some apps.
func textsOf(store *collector.Store) [][]byte {
	snapshots := store.Snapshots()
	texts := make([][]byte, min(len(snapshots), portraitKinds))
	for i := range texts {
		snapshots[i].Each(func(s collector.Sample) { texts[i] = appendSample(texts[i], s) })
	}
	return texts
}

func times(r *http.Request) int {
	n, _ := strconv.Atoi(r.URL.Query().Get("times"))
	return n
}

// handler returns the handler of the server's kind.
func (s *benchServer) handler(report *benchReport) (http.Handler, *collector.Store, error) {
	self := prometheus.NewRegistry()
	self.MustRegister(
		collector.NewSelfMetrics(),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("wxapp_exporter"),
	)
	options := promhttp.HandlerOpts{EnableOpenMetrics: true}
	switch s.Kind {
	case "empty":
		return promhttp.HandlerFor(self, options), nil, nil
	case "static":
		content, err := os.ReadFile(s.File)
		return staticHandler(content), nil, err
	case "whole":
		before := heap()
		store, err := separateApps(s.Apps)
		if err != nil {
			return nil, nil, err
		}
		report.Heap = heap() - before
		report.Series = seriesOf(store)
		handler, err := New(store, self, Options{})
		return handler, store, err
	}
	store, err := sharingApps(s.Random, s.Apps)
	if err != nil {
		return nil, nil, err
	}
	report.Series = seriesOf(store)
	if s.Kind == "promhttp" {
		self.MustRegister(collectortest.NewCollector(store))
		return promhttp.HandlerFor(self, options), store, nil
	}
	before := heap()
	handler, err := New(store, self, Options{})
	if err != nil {
		return nil, nil, err
	}
	handler.cache.all()
	report.Heap = heap() - before
	return handler, store, nil
}

// staticHandler serves bytes that are already compressed.
func staticHandler(content []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		header.Set("Content-Encoding", "gzip")
		header.Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content)
	})
}

// heap returns the size of all that is reachable.
func heap() int64 {
	for range 3 { // the second empties every sync.Pool
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// peakRSS returns the largest amount of memory that the process ever had.
func peakRSS() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kilobytes int64
	_, _ = fmt.Sscan(string(rest), &kilobytes)
	return kilobytes << 10
}
