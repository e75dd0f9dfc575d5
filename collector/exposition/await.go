package exposition

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Await returns what lets a scrape wait for the apps that it asks for. Wait waits for some apps,
// whose appids are sorted, or for all, unless the context ends first.
//
// A scrape of all apps waits for at most four fifths of the time that the client has for it, and is
// then answered with the apps that are there. A scrape of some apps waits for as long as its client
// does: without them it would have nothing to say.
func Await(wait func(ctx context.Context, appids []string, all bool)) func(*http.Request) {
	return func(r *http.Request) {
		selection, err := parseQuery(r.URL.RawQuery)
		if err != nil {
			return
		}
		ctx, all := r.Context(), selection.appids == nil
		if timeout, known := scrapeTimeout(r.Header); known && all {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, timeout/5*4) // the rest is for the answer
			defer cancel()
		}
		wait(ctx, selection.appids, all)
	}
}

// scrapeTimeout returns how long the client waits for the answer, which Prometheus and agents that
// scrape as it does say in every request.
func scrapeTimeout(header http.Header) (timeout time.Duration, known bool) {
	const most = 24 * time.Hour // so that a duration holds it
	seconds, err := strconv.ParseFloat(header.Get("X-Prometheus-Scrape-Timeout-Seconds"), 64)
	if err != nil || !(seconds > 0 && seconds <= most.Seconds()) {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}
