//go:build linux

package exposition

import (
	"fmt"
	"io"
	"math"
)

// table is the outcome of the benchmark.
type table struct {
	comparisons       []*comparison
	whole             benchReport // an exporter with 1,000 apps
	simulated, random size
}

func (t *table) print(w io.Writer) {
	fmt.Fprint(w, `

| apps | series | way | CPU per scrape | × nginx | allocations | bytes on the wire | peak RSS |
|---|---|---|---|---|---|---|---|
`)
	for _, c := range t.comparisons {
		for _, way := range []struct{ name, title string }{
			{"ours", "**this handler**"},
			{"promhttp", "promhttp over the plain collector"},
			{"empty", "N: promhttp with the exporter's own metrics only"},
			{"static", "R: net/http writing the same bytes"},
			{"nginx", "nginx, `gzip_static`"},
			{"sendfile", "nginx, `gzip_static`, `sendfile on`"},
		} {
			if r := c.results[way.name]; r != nil {
				c.printWay(w, way.title, r)
			}
		}
	}

	fmt.Fprint(w, "\n| | goal |")
	for _, c := range t.comparisons {
		fmt.Fprintf(w, " %d |", c.apps)
	}
	fmt.Fprint(w, "\n|---|---|---|---|---|---|\n")
	t.goal(w, "CPU of a scrape against R + N", "≤ 1.0", func(c *comparison) float64 {
		return c.cpu("ours") / (c.cpu("static") + c.cpu("empty"))
	})
	t.goal(w, "CPU of a scrape against nginx, `gzip_static`", "≤ 1.0 at 1,000", func(c *comparison) float64 {
		return c.cpu("ours") / c.cpu("nginx")
	})
	t.goal(w, "the same with `sendfile on`", "–", func(c *comparison) float64 {
		return c.cpu("ours") / c.cpu("sendfile")
	})
	t.goal(w, "CPU of promhttp over the plain collector against ours", "≥ 15, –, 1,000, 3,000", func(c *comparison) float64 {
		return c.cpu("promhttp") / c.cpu("ours")
	})
	t.goal(w, "allocations more than at 1 app", "≤ 10 at 1,000", func(c *comparison) float64 {
		return c.results["ours"].allocations - t.comparisons[0].results["ours"].allocations
	})
	t.goal(w, "heap at rest of the exposition, in sizes of the gzip file", "≤ 1.1 at 1,000", func(c *comparison) float64 {
		return c.sizes(c.results["ours"].report.Heap)
	})
	t.goal(w, "peak RSS over N while scraped, in sizes of the gzip file", "≤ 3 at 1,000", func(c *comparison) float64 {
		return c.sizesOverN(c.results["ours"].report.PeakRSS)
	})
	t.goal(w, "the same, while an app changes before every scrape", "–", func(c *comparison) float64 {
		return c.sizesOverN(c.peakRSS)
	})
	t.goal(w, "refresh of one app against `compress/flate` level 6 of its text", "≤ 1.5", func(c *comparison) float64 {
		return c.refresh / c.deflate
	})
	t.goal(w, "first scrape after a change against a usual one", "≤ 3 at 1,000", func(c *comparison) float64 {
		return c.first / c.cpu("ours")
	})

	fmt.Fprintf(w, `
Rendering one app takes %.1f ms. The snapshots of 1,000 apps with %d series take %.1f bytes
per series (goal: ≤ 32). An exporter that holds them, with ten apps changing before every
scrape, has a peak RSS of %d MB.

| values | bytes on the wire per series | heap at rest of the exposition per series |
|---|---|---|
| simulated | %.2f | %.2f |
| random | %.2f | %.2f |
`, 1e3*t.comparisons[0].refresh, t.whole.Series, float64(t.whole.Heap)/float64(t.whole.Series), t.whole.PeakRSS/1e6,
		t.simulated.perSeries(t.simulated.wire), t.simulated.perSeries(t.simulated.heap),
		t.random.perSeries(t.random.wire), t.random.perSeries(t.random.heap))
}

func (c *comparison) printWay(w io.Writer, title string, r *result) {
	allocations, peak := "", ""
	if r.isOurs() {
		allocations, peak = fmt.Sprintf("%.0f", r.allocations), fmt.Sprintf("%.0f MB", float64(r.report.PeakRSS)/1e6)
	}
	fmt.Fprintf(w, "| %d | %d | %s | %.3f ms | %s | %s | %d | %s |\n", c.apps, c.results["ours"].report.Series, title,
		1e3*r.cpu(), ratio(r.cpu()/c.cpu("nginx")), allocations, r.wire, peak)
}

// goal prints a line of the second table.
func (t *table) goal(w io.Writer, what, goal string, reached func(*comparison) float64) {
	fmt.Fprintf(w, "| %s | %s |", what, goal)
	for _, c := range t.comparisons {
		fmt.Fprintf(w, " %s |", ratio(reached(c)))
	}
	fmt.Fprintln(w)
}

// ratio writes a number with three digits, or a dash if it was not measured.
func ratio(r float64) string {
	switch {
	case math.IsNaN(r) || math.IsInf(r, 0):
		return "–"
	case math.Abs(r) >= 100:
		return fmt.Sprintf("%.0f", r)
	case math.Abs(r) >= 10:
		return fmt.Sprintf("%.1f", r)
	default:
		return fmt.Sprintf("%.2f", r)
	}
}

func (c *comparison) cpu(way string) float64 {
	if r := c.results[way]; r != nil {
		return r.cpu()
	}
	return math.NaN() // nginx where it is not installed
}

// sizes returns some bytes in sizes of the gzip file.
func (c *comparison) sizes(bytes int64) float64 {
	return float64(bytes) / float64(c.results["ours"].wire)
}

// sizesOverN returns how much a peak RSS exceeds that of N, in sizes of the gzip file. N
// varies by a megabyte, so small files are left out.
func (c *comparison) sizesOverN(peakRSS int64) float64 {
	if c.results["ours"].wire < 10e6 {
		return math.NaN()
	}
	return c.sizes(peakRSS - c.results["empty"].report.PeakRSS)
}

func (s size) perSeries(bytes int64) float64 { return float64(bytes) / float64(s.series) }
