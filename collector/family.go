package collector

import (
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Family is a metric of an app and how it is emitted.
type Family struct {
	Metric
	// Origin says what its samples are known from.
	Origin Origin

	// One of these is set. Emit adds the samples of a snapshot. Figures adds those of the
	// numbers of an answer, without the appid, which is always the first label.
	emit    func(s *Snapshot, add adder)
	figures figures
}

// Origin says what the samples of a metric are known from.
type Origin int

// The origins.
const (
	FromPoll   Origin = iota // from polls: an archive does not have them
	FromAnswer               // from one answer, or the answers about a day
	FromApp                  // from all answers of an app, or its name
)

// adder takes the value of a sample and its labels, in their order. The labels are read
// during the call only.
type adder func(value float64, labels ...string)

// figures adds the samples of the numbers of an answer, which may be those of another metric.
type figures func(s wechat.Statistic, numbers wechat.Numbers, add adder)

// figuresOf returns the figures of one type of numbers.
func figuresOf[N wechat.Numbers](add func(s wechat.Statistic, numbers N, add adder)) figures {
	return func(s wechat.Statistic, numbers wechat.Numbers, to adder) {
		if n, ok := numbers.(N); ok {
			add(s, n, to)
		}
	}
}

// ofAnswer returns a metric of the numbers of an answer.
func ofAnswer(m Metric, f figures) *Family { return &Family{Metric: m, Origin: FromAnswer, figures: f} }

// ofSnapshot returns a metric of what a snapshot says beside numbers.
func ofSnapshot(o Origin, m Metric, emit func(s *Snapshot, add adder)) *Family {
	return &Family{Metric: m, Origin: o, emit: emit}
}

// count adds a number that is known.
func count(c wechat.Count, add adder, labels ...string) {
	if c.Known {
		add(float64(c.Value), labels...)
	}
}

// average adds a number that is known.
func average(a wechat.Average, add adder, labels ...string) {
	if a.Known {
		add(a.Value, labels...)
	}
}

// families are all metrics of an app, in the order in which Snapshot.Each emits them.
var families = slices.Concat(
	portraitFamilies,
	appFamilies,
	visitFamilies,
	sourceFamilies,
	retentionFamilies,
	pageFamilies,
	weeklyFamilies,
	monthlyFamilies,
	adFamilies,
	datasetFamilies,
)

// Labels returns every label of the metrics.
func Labels() []Label {
	return slices.Concat(
		appLabels(),
		portraitLabels(),
		visitLabels(),
		sourceLabels(),
		retentionLabels(),
		pageLabels(),
		weeklyLabels(),
		monthlyLabels(),
		adLabels(),
		datasetLabels(),
		exporterLabels(),
	)
}

// Families returns all metrics of an app, in the order in which Snapshot.Each emits them.
func Families() []*Family { return slices.Clone(families) }

// AppMetrics returns the metrics of Families.
func AppMetrics() []*Metric {
	var metrics []*Metric
	for _, family := range families {
		metrics = append(metrics, &family.Metric)
	}
	return metrics
}

// Metrics returns every metric that this package knows of.
func Metrics() []*Metric { return slices.Concat(AppMetrics(), exporterMetrics()) }

// MetricNamed returns the metric of a name, or nil.
func MetricNamed(name string) *Metric {
	metrics := Metrics()
	if i := slices.IndexFunc(metrics, func(m *Metric) bool { return m.Name == name }); i >= 0 {
		return metrics[i]
	}
	return nil
}

// Sample is one value of one series.
type Sample struct {
	Metric *Metric
	// Labels are the values of the metric's labels, in their order. They are valid
	// during the call that hands the sample over.
	Labels []string
	// Value is a whole number unless the metric is Decimal.
	Value float64
}

// Each calls emit for every sample of the app, one metric after the other. All outputs
// read the samples here, so they cannot disagree.
func (s *Snapshot) Each(emit func(Sample)) {
	for _, family := range families {
		add := func(value float64, labels ...string) { emit(Sample{&family.Metric, labels, value}) }
		if family.figures != nil {
			s.eachFigure(family, add)
		} else {
			family.emit(s, add)
		}
	}
}
