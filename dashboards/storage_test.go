package dashboards

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/teststorage"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// The scrapes are stored three times: under the job single as those of one exporter, under
// the job replicated as those of two, and without job and instance, as some agents and
// backends store them.
const (
	singleJob     = "single"
	replicatedJob = "replicated"
	noJob         = ""
)

// database is a Prometheus in this process.
type database struct {
	engine  *promql.Engine
	storage *teststorage.TestStorage
	targets [][2]string              // jobs and instances
	known   map[string]labels.Labels // the series by a key
	shown   map[string]bool          // the keys of those that the last scrape had
	scrapes int
	end     time.Time // of the data
}

// openDatabase stores what the exporter showed, and what the recording rules among the given
// ones made of it.
func openDatabase(t *testing.T, scrapes []scrape, rules []rulefmt.RuleGroup) *database {
	t.Helper()
	return openTargets(t, scrapes, rules, [2]string{singleJob, "a"}, [2]string{replicatedJob, "b"}, [2]string{replicatedJob, "c"}, [2]string{noJob, ""})
}

// openTargets is openDatabase for targets: their jobs and instances.
func openTargets(t *testing.T, scrapes []scrape, rules []rulefmt.RuleGroup, targets ...[2]string) *database {
	t.Helper()
	db := &database{
		storage: teststorage.New(t),
		engine: promql.NewEngine(promql.EngineOpts{
			MaxSamples:           50_000_000,
			Timeout:              10 * time.Minute, // which only a hang takes
			LookbackDelta:        3 * time.Hour,    // more than the pause between two scrapes
			EnableAtModifier:     true,
			EnableNegativeOffset: true,
			Parser:               parser.NewParser(parser.Options{}),
		}),
		targets: targets,
		known:   map[string]labels.Labels{},
	}
	t.Cleanup(func() { _ = db.engine.Close() })
	// A compaction in the background changes the order of series, and with it which of
	// several equal values topk returns: two answers would differ with the load of the
	// machine.
	db.storage.DisableCompactions()

	for _, s := range scrapes {
		db.scrape(t, s)
		db.record(t, rules, s.at)
	}
	return db
}

// scrape stores what the exporter showed at a time after the last one. A series that it does
// not show any more ends.
func (db *database) scrape(t *testing.T, s scrape) {
	t.Helper()
	appender := db.storage.Appender(t.Context())
	shown := map[string]bool{}
	for _, target := range db.targets {
		add := func(value float64, pairs ...string) {
			if target[0] != noJob {
				pairs = append(pairs, "job", target[0], "instance", target[1])
			}
			shown[db.append(t, appender, s.at, value, pairs...)] = true
		}
		for _, family := range s.families {
			for _, metric := range family.GetMetric() {
				eachSample(t, family, metric, add)
			}
		}
		if s.imported {
			continue
		}
		// What Prometheus itself and an exporter that pushes add.
		add(1, "__name__", "up")
		add(float64(db.scrapes*60), "__name__", "wxapp_otlp_exports_total")
		add(float64(db.scrapes), "__name__", "wxapp_otlp_export_failures_total")
		add(0, "__name__", "wxapp_otlp_rejected_points_total")
		add(float64(s.at.Unix()-30), "__name__", "wxapp_otlp_last_success_timestamp_seconds")
	}
	if !s.imported {
		for key := range db.shown {
			if !shown[key] {
				if _, err := appender.Append(0, db.known[key], s.at.UnixMilli(), math.Float64frombits(value.StaleNaN)); err != nil {
					t.Fatal(err)
				}
			}
		}
		db.shown = shown
	}
	if err := appender.Commit(); err != nil {
		t.Fatal(err)
	}
	db.scrapes++
	db.end = s.at
}

// record stores what recording rules answer at a time.
func (db *database) record(t *testing.T, groups []rulefmt.RuleGroup, at time.Time) {
	t.Helper()
	for _, group := range groups {
		for _, rule := range group.Rules {
			if rule.Record == "" {
				continue
			}
			query, err := db.engine.NewInstantQuery(t.Context(), db.storage, nil, rule.Expr, at)
			if err != nil {
				t.Fatal(err)
			}
			result := query.Exec(t.Context())
			if result.Err != nil {
				t.Fatalf("%s: %v", rule.Record, result.Err)
			}
			appender := db.storage.Appender(t.Context())
			for _, sample := range result.Value.(promql.Vector) {
				builder := labels.NewBuilder(sample.Metric)
				builder.Set("__name__", rule.Record)
				for name, value := range rule.Labels {
					builder.Set(name, value)
				}
				if _, err := appender.Append(0, builder.Labels(), at.UnixMilli(), sample.F); err != nil {
					t.Fatalf("%s: %v", rule.Record, err)
				}
			}
			query.Close()
			if err := appender.Commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// append stores a sample and returns the key of its series.
func (db *database) append(t *testing.T, appender storage.Appender, at time.Time, value float64, pairs ...string) string {
	t.Helper()
	key := strings.Join(pairs, "\xff")
	series, ok := db.known[key]
	if !ok {
		series = labels.FromStrings(pairs...)
		db.known[key] = series
	}
	if _, err := appender.Append(0, series, at.UnixMilli(), value); err != nil {
		t.Fatalf("%s at %s: %v", series, at, err)
	}
	return key
}

// eachSample calls add for every sample of a metric, as the text format has them.
func eachSample(t *testing.T, family *dto.MetricFamily, metric *dto.Metric, add func(value float64, pairs ...string)) {
	t.Helper()
	pairs := func(name string, more ...string) []string {
		pairs := append([]string{"__name__", name}, more...)
		for _, label := range metric.GetLabel() {
			pairs = append(pairs, label.GetName(), label.GetValue())
		}
		return pairs
	}
	name := family.GetName()
	switch family.GetType() {
	case dto.MetricType_GAUGE:
		add(metric.GetGauge().GetValue(), pairs(name)...)
	case dto.MetricType_COUNTER:
		add(metric.GetCounter().GetValue(), pairs(name)...)
	case dto.MetricType_HISTOGRAM:
		histogram := metric.GetHistogram()
		for _, bucket := range histogram.GetBucket() {
			add(float64(bucket.GetCumulativeCount()), pairs(name+"_bucket", "le", strconv.FormatFloat(bucket.GetUpperBound(), 'g', -1, 64))...)
		}
		add(float64(histogram.GetSampleCount()), pairs(name+"_bucket", "le", "+Inf")...)
		add(float64(histogram.GetSampleCount()), pairs(name+"_count")...)
		add(histogram.GetSampleSum(), pairs(name+"_sum")...)
	case dto.MetricType_SUMMARY:
		summary := metric.GetSummary()
		for _, quantile := range summary.GetQuantile() {
			add(quantile.GetValue(), pairs(name, "quantile", strconv.FormatFloat(quantile.GetQuantile(), 'g', -1, 64))...)
		}
		add(float64(summary.GetSampleCount()), pairs(name+"_count")...)
		add(summary.GetSampleSum(), pairs(name+"_sum")...)
	default:
		t.Fatalf("%s is a %s, which is not stored", name, family.GetType())
	}
}

// askPanel answers a query of a panel.
func (db *database) askPanel(t *testing.T, p panel, query target, expr string) *promql.Result {
	t.Helper()
	days := 30
	if p.TimeFrom != "" {
		if _, err := fmt.Sscanf(p.TimeFrom, "%dd", &days); err != nil {
			t.Fatalf("%s: shows the time from %q", p.Title, p.TimeFrom)
		}
	}
	return db.askDays(t, expr, query.Range, p.Interval, days)
}

// ask answers a query as Prometheus does for Grafana: at the end of the data, or over the
// last 30 days, with steps of the panel's interval that lie on multiples of it in China.
func (db *database) ask(t *testing.T, expr string, over bool, interval string) *promql.Result {
	t.Helper()
	return db.askDays(t, expr, over, interval, 30)
}

func (db *database) askDays(t *testing.T, expr string, over bool, interval string, days int) *promql.Result {
	t.Helper()
	expr = strings.NewReplacer(series.End, fmt.Sprint(db.end.Unix()), "$__interval", cmp.Or(interval, "1h")).Replace(expr)
	if back := "$" + series.LookingBack; strings.Contains(expr, back) {
		expr = strings.ReplaceAll(expr, back, db.lookback(t, jobOf.FindStringSubmatch(expr)[1]))
	}
	var query promql.Query
	var err error
	if over {
		step := time.Hour
		if interval == "1d" {
			step = 24 * time.Hour
		}
		const china = 8 * time.Hour
		align := func(at time.Time) time.Time { return at.Add(china).Truncate(step).Add(-china) }
		query, err = db.engine.NewRangeQuery(t.Context(), db.storage, nil, expr, align(db.end.AddDate(0, 0, -days)), align(db.end), step)
	} else {
		query, err = db.engine.NewInstantQuery(t.Context(), db.storage, nil, expr, db.end)
	}
	if err != nil {
		t.Fatalf("%s\n%v", expr, err)
	}
	t.Cleanup(query.Close)
	result := query.Exec(t.Context())
	if result.Err != nil {
		t.Fatalf("%s\n%v", expr, result.Err)
	}
	return result
}

// lookback returns the value of the variable of that name for a job.
func (db *database) lookback(t *testing.T, job string) string {
	t.Helper()
	values := labelValues(db.ask(t, strings.ReplaceAll(series.Lookback(), "$job", job), false, ""), series.LookingBack)
	if len(values) != 1 {
		t.Fatalf("the variable %s is %v", series.LookingBack, values)
	}
	return values[0]
}

// jobOf finds the job that a query is about.
var jobOf = regexp.MustCompile(`job=~"([^"]*)"`)

// numbers returns how many series of an answer have a number.
func numbers(result *promql.Result) int {
	n := 0
	switch value := result.Value.(type) {
	case promql.Vector:
		for _, sample := range value {
			if !math.IsNaN(sample.F) {
				n++
			}
		}
	case promql.Matrix:
		for _, series := range value {
			for _, point := range series.Floats {
				if !math.IsNaN(point.F) {
					n++
					break
				}
			}
		}
	case promql.Scalar:
		n = 1
	}
	return n
}
