//go:build linux

package exposition

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkTable prints what a scrape costs, next to other ways of serving the same, and
// how close it comes to the goals. Batches of all contenders take turns, and medians are
// shown, so that other work on the machine affects all of them alike.
func BenchmarkTable(b *testing.B) {
	if b.N > 1 {
		b.Skip("one run is enough")
	}
	var t table
	for _, apps := range []int{1, 10, 100, 1000} {
		t.comparisons = append(t.comparisons, compare(b, apps))
	}
	t.whole = wholeExporter(b)
	t.random = sizes(b, true)
	t.simulated = sizes(b, false)
	t.print(os.Stdout)
}

// result is what was measured of a contender.
type result struct {
	*contender
	batch       int       // scrapes in a row
	seconds     []float64 // of CPU per scrape, by batch
	allocations float64   // per scrape
	wire        int64     // bytes of the answer
	report      benchReport
}

func (r *result) cpu() float64 { return median(r.seconds) }

// isOurs reports whether the server is this binary, which reports about itself.
func (r *result) isOurs() bool { return r.contender.report.Address != "" }

// comparison is what was measured at a number of apps.
type comparison struct {
	apps    int
	results map[string]*result
	// refresh is the CPU time of rendering one app, deflate that of compressing its text
	// in one go, first that of a scrape after a change.
	refresh, deflate, first float64
	peakRSS                 int64 // of our handler while apps change
}

// rounds is how often the contenders take turns.
const rounds = 9

// compare measures all contenders at a number of apps.
func compare(b *testing.B, apps int) *comparison {
	ours := benchServer{Kind: "ours", Apps: apps}.start(b)
	content, _ := ours.get(b, "/metrics", true)
	file := filepath.Join(b.TempDir(), "metrics.gz")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		b.Fatal(err)
	}
	contenders := []*contender{
		ours,
		benchServer{Kind: "promhttp", Apps: apps}.start(b),
		benchServer{Kind: "empty"}.start(b),
		benchServer{Kind: "static", File: file}.start(b),
	}
	for name, sendfile := range map[string]string{"nginx": "off", "sendfile": "on"} {
		if nginx := startNginx(b, name, sendfile, content); nginx != nil {
			contenders = append(contenders, nginx)
		}
	}

	c := &comparison{apps: apps, results: map[string]*result{}}
	for _, contender := range contenders {
		c.results[contender.name] = &result{contender: contender, batch: contender.batch(b)}
	}
	for round := range rounds {
		for _, r := range c.results {
			if r.batch == 1 && round >= 3 {
				continue // each scrape takes seconds, so three of them are enough
			}
			r.seconds = append(r.seconds, r.cost(b, r.batch, func() { _, r.wire = r.get(b, "/metrics", false) }))
		}
	}
	for _, r := range c.results {
		if r.isOurs() {
			before := r.now(b)
			for range r.batch {
				r.get(b, "/metrics", false)
			}
			r.report = r.now(b)
			r.allocations = float64(r.report.Mallocs-before.Mallocs) / float64(r.batch)
		}
	}
	c.change(b, ours)
	return c
}

// batch returns how many scrapes in a row take about a third of a second.
func (c *contender) batch(b *testing.B) int {
	b.Helper()
	c.get(b, "/metrics", false)
	begin := time.Now()
	c.get(b, "/metrics", false)
	return min(max(1, int(300*time.Millisecond/time.Since(begin))), 1000)
}

// change measures what happens after a change of one app.
func (c *comparison) change(b *testing.B, ours *contender) {
	var first, refresh, deflate []float64
	for range 5 * rounds {
		ours.get(b, "/refresh?times=1", false)
		first = append(first, ours.cost(b, 1, func() { ours.get(b, "/metrics", false) }))
	}
	c.peakRSS = ours.now(b).PeakRSS
	ours.get(b, "/deflate?times=1", false) // renders the texts
	for range rounds {
		const times = 20
		refresh = append(refresh, ours.cost(b, 1, func() { ours.get(b, fmt.Sprintf("/refresh?times=%d", times), false) })/times)
		deflate = append(deflate, ours.cost(b, 1, func() { ours.get(b, fmt.Sprintf("/deflate?times=%d", times), false) })/times)
	}
	c.first, c.refresh, c.deflate = median(first), median(refresh), median(deflate)
}

// wholeExporter returns the memory of an exporter with 1,000 apps and their snapshots,
// while apps change and it is scraped.
func wholeExporter(b *testing.B) benchReport {
	whole := benchServer{Kind: "whole", Apps: 1000}.start(b)
	for range 100 {
		whole.get(b, "/refresh?times=10", false)
		whole.get(b, "/metrics", false)
	}
	return whole.now(b)
}

// size is the space that some apps take.
type size struct {
	series int
	wire   int64
	heap   int64
}

// sizes returns what 100 apps take.
func sizes(b *testing.B, randomValues bool) size {
	ours := benchServer{Kind: "ours", Apps: 100, Random: randomValues}.start(b)
	_, wire := ours.get(b, "/metrics", false)
	return size{ours.report.Series, wire, ours.report.Heap}
}
