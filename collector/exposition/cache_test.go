package exposition

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Of an app that is removed nothing stays; the others stay as they are.
func TestRemove(t *testing.T) {
	first, _ := twoDays(t)
	store := storeOf(first)
	handler := newHandler(t, store, selfMetrics())
	scrape(t, handler, "/metrics", acceptText) // joins the apps

	store.Remove("wxb")
	if got := scrape(t, handler, "/metrics", acceptText); strings.Contains(got, `"wxb"`) {
		t.Error("series of the removed app are still there")
	}
	expectSame(t, handler, reference(store, selfMetrics()))
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request("/metrics?appid=wxb", acceptText))
	if recorder.Code != http.StatusNotFound {
		t.Errorf("the removed app is answered with status %d", recorder.Code)
	}

	store.Put(first["wxb"])
	expectSame(t, handler, reference(store, selfMetrics()))
	store.Remove("wxa")
	store.Remove("wxb")
	if len(handler.cache.groups) > 0 || len(handler.cache.groupOf) > 0 {
		t.Errorf("without apps there are %d groups, %d apps in them", len(handler.cache.groups), len(handler.cache.groupOf))
	}
	expectSame(t, handler, reference(store, selfMetrics()))
}

// While an app comes and goes, it is there as a whole or not at all, and no series of
// another app flickers.
func TestRemoveWhileScraped(t *testing.T) {
	first, _ := twoDays(t)
	store := storeOf(first)
	handler := newHandler(t, store, selfMetrics())
	var running sync.WaitGroup
	running.Go(func() {
		for range 20 {
			store.Remove("wxb")
			store.Put(first["wxb"])
		}
	})
	for range 2 {
		running.Go(func() {
			for range 5 {
				values := parse(t, scrape(t, handler, "/metrics", acceptText)).values
				a, b := maps.Clone(values), maps.Clone(values)
				maps.DeleteFunc(a, func(series string, _ float64) bool { return !strings.Contains(series, `appid="wxa"`) })
				maps.DeleteFunc(b, func(series string, _ float64) bool { return !strings.Contains(series, `appid="wxb"`) })
				if !maps.Equal(a, samplesOf(first["wxa"])) {
					t.Errorf("%d series of wxa", len(a))
				}
				if len(b) > 0 && !maps.Equal(b, samplesOf(first["wxb"])) {
					t.Errorf("%d series of wxb", len(b))
				}
			}
		})
	}
	running.Wait()
}

// When a small group is merged into another, the apps of both are there at once.
func TestMerge(t *testing.T) {
	c := &cache{groupOf: map[string]*group{}}
	current := func() bool { return false }
	appid := func(i int) string { return fmt.Sprintf("wx%016d", i) }
	for i := range groupSize + 10 {
		c.put(appid(i), []fragment{{[]byte(appid(i)), checksumOf([]byte(appid(i)))}}, current)
	}
	for i := range groupSize { // all of the first group
		c.all()
		c.remove(appid(i), current)
		size := 0
		for _, fragments := range c.all() {
			size += len(fragments[0].blocks)
		}
		if want := len(appid(i)) * (groupSize + 10 - 1 - i); size != want {
			t.Errorf("%d bytes are left after %d removals, want %d", size, i+1, want)
		}
	}
	if len(c.groups) != 1 {
		t.Errorf("%d groups are left", len(c.groups))
	}
}

// However apps come and go, the cache has those that are there and no memory of the
// others: groups are merged, and what was joined shrinks.
func TestGroupsShrink(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	c := &cache{groupOf: map[string]*group{}}
	current := func() bool { return false }
	want := map[string]string{} // the newest text of every app
	for round, share := range []float64{1, 0.5, 0.9, 0.1, 0, 0.7, 0.02} {
		for _, i := range random.Perm(5 * groupSize) {
			appid := fmt.Sprintf("wx%016d", i)
			if random.Float64() < share {
				want[appid] = fmt.Sprintf("%s %d\n", appid, random.Uint64())
				text := []byte(want[appid])
				c.put(appid, []fragment{{text, checksumOf(text)}, {text, checksumOf(text)}}, current)
			} else {
				delete(want, appid)
				c.remove(appid, current)
			}
			if i%50 == 0 {
				c.all() // as a scrape does
			}
		}
		for metric := range 2 {
			var got []byte
			size := 0
			for _, fragments := range c.all() {
				got = append(got, fragments[metric].blocks...)
				size += cap(fragments[metric].blocks)
				if fragments[metric].checksum != checksumOf(fragments[metric].blocks) {
					t.Errorf("round %d: wrong checksum", round)
				}
			}
			lines := slices.Sorted(strings.Lines(string(got)))
			if wanted := slices.Sorted(maps.Values(want)); !slices.Equal(lines, wanted) {
				t.Errorf("round %d: got %d apps, want %d", round, len(lines), len(wanted))
			}
			if size != len(got) {
				t.Errorf("round %d: memory of %d bytes for %d", round, size, len(got))
			}
		}
		if most := 2*len(want)/groupSize + 1; len(c.groups) > most || len(c.groupOf) != len(want) {
			t.Errorf("round %d: %d apps in %d groups, want %d in at most %d", round, len(c.groupOf), len(c.groups), len(want), most)
		}
	}
}
