package exposition

import (
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// At the start the texts of apps are compressed fast, and well when all are there: the same texts,
// in fewer bytes. What has changed meanwhile is not put back.
func TestSecondRendering(t *testing.T) {
	first, second := twoDays(t)
	synctest.Test(t, func(t *testing.T) {
		started := make(chan struct{})
		store := &collector.Store{}
		handler, err := New(store, selfMetrics(), Options{Started: started})
		if err != nil {
			t.Fatal(err)
		}
		length := func() int {
			recorder := httptest.NewRecorder()
			r := request("/metrics?appid=wxa", acceptText)
			r.Header.Set("Accept-Encoding", "gzip")
			handler.ServeHTTP(recorder, r)
			return recorder.Body.Len()
		}
		for _, snapshot := range first {
			store.Put(snapshot)
		}
		synctest.Wait()
		text, fast := scrape(t, handler, "/metrics?appid=wxa", acceptText), length()
		for appid, snapshot := range second {
			if appid != "wxa" {
				store.Put(snapshot)
			}
		}
		close(started)
		synctest.Wait()
		if well := length(); well >= fast {
			t.Errorf("%d bytes at first, %d later", fast, well)
		}
		if scrape(t, handler, "/metrics?appid=wxa", acceptText) != text {
			t.Error("the text has changed")
		}
		expectSame(t, handler, reference(store, selfMetrics()))
	})
}
