package dashboards

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// BenchmarkBoards asks every query of every board once, over 60 days of blocks as Prometheus
// keeps them. Samples are further apart than in life, to spare time and memory; the number of
// samples read is multiplied by as much, since all that is read of the numbers of days lies in windows.
// With 1,000 apps only the board on all apps is asked: the others show one app.
func BenchmarkBoards(b *testing.B) {
	for _, size := range []struct {
		name         string
		apps, cities int
		every, life  time.Duration
		boards       string // what their names begin with
	}{
		{"one app at 1m", 1, 300, 10 * time.Minute, time.Minute, "wxapp-"},
		{"50 apps at 30m", 50, 100, 2 * time.Hour, 30 * time.Minute, "wxapp-"},
		{"1000 apps at 30m", 1000, 5, 2 * time.Hour, 30 * time.Minute, "wxapp-fleet"},
	} {
		b.Run(size.name, func(b *testing.B) {
			db := writeBlocks(b, fleet{size.apps, size.cities, size.every})
			scale := scales{float64(size.every / size.life), float64(max(size.every, recordedEvery) / recordedEvery)}
			for b.Loop() {
				report(b, db.costs(b, size.boards, scale))
			}
		})
	}
}

// What the benchmark asks can be asked, which no one sees who does not run it.
func TestBenchmarkAsksAll(t *testing.T) {
	costs := writeBlocks(t, fleet{2, 5, 24 * time.Hour}).costs(t, "wxapp-", scales{1, 1})
	if len(costs) < 150 {
		t.Errorf("%d queries", len(costs))
	}
}

// recordedShare is the recorded series that are many; they are kept every half hour.
const (
	recordedShare = "appid_dimension_metric_name_range:wxapp_users:share"
	recordedEvery = 30 * time.Minute
)

// scales says how many more samples there are in life, of what is scraped and of the recorded
// shares.
type scales struct{ scraped, recorded float64 }

// cost is what a query took.
type cost struct {
	place   string
	seconds float64
	samples float64
}

// costs asks every query of the boards whose names begin with a text.
func (db *blocks) costs(tb testing.TB, boards string, scale scales) []cost {
	tb.Helper()
	var costs []cost
	for _, d := range inEnglish(readDashboards(tb)) {
		if !strings.HasPrefix(d.UID, boards) {
			continue
		}
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				expr := strings.ReplaceAll(fill(strings.ReplaceAll(query.Expr, "$__range", "60d"), ".+", choice{"visit_uv", "1d"}), allApps(), ".+")
				begin := time.Now()
				samples := db.ask(tb, expr, query.Range, p.Interval)
				c := cost{d.UID + ": " + p.Title + ": " + query.RefID, time.Since(begin).Seconds(), samples}
				switch {
				case strings.Contains(expr, recordedShare):
					c.samples *= scale.recorded
				case !strings.Contains(expr, "[60d:3h]"): // which has its own steps
					c.samples *= scale.scraped
				}
				costs = append(costs, c)
			}
		}
	}
	return costs
}

// report reports what is slowest, what reads most, and how long all takes.
func report(b *testing.B, costs []cost) {
	b.Helper()
	most := func(unit string, value func(cost) float64) {
		slices.SortFunc(costs, func(a, b cost) int { return cmp.Compare(value(b), value(a)) })
		for _, c := range costs[:3] {
			b.Logf("%5.2f s, %5.1f million samples in life: %s", c.seconds, c.samples/1e6, c.place)
		}
		b.ReportMetric(value(costs[0]), unit)
	}
	most("slowest-s", func(c cost) float64 { return c.seconds })
	most("most-million-samples", func(c cost) float64 { return c.samples / 1e6 })
	total := 0.0
	for _, c := range costs {
		total += c.seconds
	}
	b.ReportMetric(total, "all-s")
}

// fleet is what the blocks hold: so many apps, with so many cities each, and a sample so often.
type fleet struct {
	apps, cities int
	every        time.Duration
}

// blocks is a storage of blocks on disk.
type blocks struct {
	engine  *promql.Engine
	storage storage.Queryable
	end     time.Time
}

// Prometheus makes blocks of 20 days out of smaller ones, when it keeps them long enough.
const (
	benchmarkDays = 60
	blockDays     = 20
)

// writeBlocks writes the blocks of all days.
func writeBlocks(tb testing.TB, f fleet) *blocks {
	tb.Helper()
	folder := tb.TempDir()
	end := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	all := f.series()
	for day := benchmarkDays; day > 0; day -= blockDays {
		writer, err := tsdb.NewBlockWriter(slog.New(slog.DiscardHandler), folder, (blockDays * 24 * time.Hour).Milliseconds())
		if err != nil {
			tb.Fatal(err)
		}
		begin := end.AddDate(0, 0, -day)
		for at := begin.Add(f.every); !at.After(begin.AddDate(0, 0, blockDays)); at = at.Add(f.every) {
			appender := writer.Appender(tb.Context())
			for _, s := range all {
				if s.rare && at.Sub(begin)%recordedEvery != 0 {
					continue
				}
				if _, err := appender.Append(0, s.labels, at.UnixMilli(), s.value(at)); err != nil {
					tb.Fatal(err)
				}
			}
			if err := appender.Commit(); err != nil {
				tb.Fatal(err)
			}
		}
		if _, err := writer.Flush(tb.Context()); err != nil {
			tb.Fatal(err)
		}
		if err := writer.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	options := tsdb.DefaultOptions()
	options.RetentionDuration = 0
	db, err := tsdb.Open(folder, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), options, nil)
	if err != nil {
		tb.Fatal(err)
	}
	db.DisableCompactions()
	tb.Cleanup(func() { _ = db.Close() })
	return &blocks{
		engine: promql.NewEngine(promql.EngineOpts{
			MaxSamples: 50_000_000, Timeout: 10 * time.Minute, LookbackDelta: f.every + time.Minute,
			EnableAtModifier: true, EnableNegativeOffset: true, Parser: parser.NewParser(parser.Options{}),
		}),
		storage: db,
		end:     end,
	}
}

// stored is a series and its values.
type stored struct {
	labels labels.Labels
	value  func(time.Time) float64
	rare   bool // as the recorded shares
}

// series returns the series of all apps, those of the recording rules too.
func (f fleet) series() []stored {
	var all []stored
	add := func(value func(time.Time) float64, pairs ...string) {
		all = append(all, stored{labels.FromStrings(pairs...), value, slices.Contains(pairs, recordedShare)})
	}
	one := func(time.Time) float64 { return 1 }
	// A day is published at 10:00 in China, which is 02:00 UTC.
	dayEnd := func(at time.Time) float64 {
		return float64(at.Add(-2 * time.Hour).Truncate(24 * time.Hour).Add(-8 * time.Hour).Unix())
	}
	for _, place := range collector.Provinces() {
		add(one, "__name__", "wxapp_location_info", "job", "wxapp", "instance", "a", "dimension", "province", "name", place.Long, "english", place.English, "latitude", "30", "longitude", "110")
	}
	dimensions := map[string]int{"province": 34, "city": f.cities, "gender": 3, "platform": 3, "device": 20, "age": 7}
	for app := range f.apps {
		id := fmt.Sprintf("wx%016x", app)
		bookkeeping := func(value func(time.Time) float64, name string, pairs ...string) {
			add(value, append([]string{"__name__", name, "job", "wxapp", "instance", "a", "appid", id}, pairs...)...)
		}
		bookkeeping(one, "wxapp_app_info", "app", fmt.Sprintf("App %d", app))
		bookkeeping(one, "wxapp_up")
		for _, reason := range []string{"busy", "token", "quota", "credentials", "allowlist", "permission", "account", "pending", "request", "decode"} {
			bookkeeping(one, "wxapp_poll_failures_total", "reason", reason)
		}
		f.datasets(app, dayEnd, bookkeeping)
		for _, length := range []string{"1d", "7d", "30d"} {
			bookkeeping(dayEnd, "wxapp_data_end_timestamp_seconds", "range", length)
			bookkeeping(dayEnd, "wxapp_data_begin_timestamp_seconds", "range", length)
			for _, metric := range []string{"visit_uv", "visit_uv_new"} {
				by := []string{"appid", id, "metric", metric, "range", length}
				for _, rule := range []string{"sum", "mean_4w", "stddev_4w"} {
					add(one, append([]string{"__name__", "appid_metric_range:wxapp_users:" + rule}, by...)...)
				}
				for dimension, n := range dimensions {
					for i := range n {
						name := fmt.Sprintf("%s %d", dimension, i)
						if dimension == "province" {
							name = collector.Provinces()[i].Long
						}
						value := func(at time.Time) float64 { return float64(10*(n-i) + int(dayEnd(at)/86400)%7 + app) }
						bookkeeping(value, "wxapp_users", "metric", metric, "range", length, "dimension", dimension, "name", name)
						add(value, append([]string{"__name__", recordedShare, "dimension", dimension, "name", name}, by...)...)
					}
				}
			}
		}
	}
	return all
}

// ask answers a query and returns how many samples were read for it. Boards do not look back, as while all
// exporters are there.
func (db *blocks) ask(tb testing.TB, expr string, over bool, interval string) float64 {
	tb.Helper()
	expr = strings.NewReplacer(series.End, fmt.Sprint(db.end.Unix()), "$__interval", cmp.Or(interval, "1h"), "$"+series.LookingBack, "none").Replace(expr)
	var query promql.Query
	var err error
	if over {
		step := time.Hour
		if interval == "1d" {
			step = 24 * time.Hour
		}
		end := db.end.Add(8 * time.Hour).Truncate(step).Add(-8 * time.Hour)
		query, err = db.engine.NewRangeQuery(tb.Context(), db.storage, nil, expr, end.AddDate(0, 0, -benchmarkDays), end, step)
	} else {
		query, err = db.engine.NewInstantQuery(tb.Context(), db.storage, nil, expr, db.end)
	}
	if err != nil {
		tb.Fatalf("%s\n%v", expr, err)
	}
	defer query.Close()
	if result := query.Exec(tb.Context()); result.Err != nil {
		tb.Errorf("%s\n%v", expr, result.Err)
	}
	return float64(query.Stats().Samples.TotalSamples)
}
