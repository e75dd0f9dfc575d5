package exposition

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

func requestWithoutGzip() *http.Request {
	r := request("/metrics", acceptText)
	r.Header.Del("Accept-Encoding")
	return r
}

// Clients that do not accept gzip wait for each other. Those who do accept it never wait.
func TestDecompressionIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := newHandler(t, &collector.Store{}, selfMetrics())
		for range cap(handler.inflater.working) {
			handler.inflater.working <- struct{}{}
		}
		ctx, hangUp := context.WithCancel(t.Context())
		waiting, gone := httptest.NewRecorder(), httptest.NewRecorder()
		var running sync.WaitGroup
		running.Go(func() { handler.ServeHTTP(waiting, requestWithoutGzip()) })
		running.Go(func() { handler.ServeHTTP(gone, requestWithoutGzip().WithContext(ctx)) })
		synctest.Wait()
		want := scrape(t, handler, "/metrics", acceptText)
		if waiting.Body.Len() > 0 {
			t.Error("an answer is decompressed over the limit")
		}
		hangUp()
		synctest.Wait()
		for range cap(handler.inflater.working) {
			<-handler.inflater.working
		}
		running.Wait()
		if waiting.Body.String() != want {
			t.Error("the client that waited did not get the whole text")
		}
		if gone.Body.Len() > 0 {
			t.Error("a client that has gone away is answered")
		}
	})
}

// A client that reads slowly does not keep others from being answered.
func TestSlowClientsWithoutGzip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := newHandler(t, &collector.Store{}, longSelf())
		goOn := make(chan struct{})
		var running sync.WaitGroup
		for range cap(handler.inflater.working) + 1 {
			slow := &slowClient{ResponseRecorder: httptest.NewRecorder(), connected: make(chan struct{}), goOn: goOn}
			running.Go(func() { handler.ServeHTTP(slow, requestWithoutGzip()) })
			<-slow.connected
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, requestWithoutGzip())
		if recorder.Body.String() != scrape(t, handler, "/metrics", acceptText) {
			t.Error("the text is not the one that comes with gzip")
		}
		close(goOn)
		running.Wait()
	})
}
