package otlp

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// A receiver that takes only messages whose length is known beforehand gets everything,
// compressed or not.
func TestReceiverThatDemandsALength(t *testing.T) {
	for _, compressed := range []bool{true, false} {
		receiver := &receiver{}
		var sent atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength < 0 || len(r.TransferEncoding) > 0 {
				w.WriteHeader(http.StatusLengthRequired)
				return
			}
			if got := r.Header.Get("Content-Encoding") == "gzip"; got != compressed || r.Header.Get("Content-Type") != "application/x-protobuf" {
				t.Errorf("sent with %v", r.Header)
			}
			sent.Add(r.ContentLength)
			receiver.ServeHTTP(w, r)
		}))
		defer server.Close()
		config := Config{Protocol: HTTP, Gzip: compressed}
		p := newPushing(t, storeOf(t, 1), server.URL+"/v1/metrics", config)
		batches := float64(p.inSmallBatches(t))
		p.push(t.Context())
		p.check(t, succeeded(counts(batches, 0, 0)))
		p.checkLog(t)
		if got := len(received(t, receiver.take())); got < 2_000 {
			t.Errorf("compressed %t: %d series arrived", compressed, got)
		}
		if perSeries := sent.Load() / 2_000; (perSeries < 40) != compressed {
			t.Errorf("compressed %t: %d bytes per series were sent", compressed, perSeries)
		}

		p = newPushing(t, &collector.Store{}, server.URL+"/v1/metrics", config)
		if err := Check(t.Context(), p.config); err != nil {
			t.Errorf("compressed %t: %v", compressed, err)
		}
	}
}
