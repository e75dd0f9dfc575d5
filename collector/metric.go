package collector

import "strconv"

//go:generate env UPDATE_GOLDEN=1 go test -count=1 -run ^TestMetricsDocument$ .

// Type is the type of a metric.
type Type string

// The types of metrics.
const (
	Gauge     Type = "gauge"
	Counter   Type = "counter"
	Histogram Type = "histogram"
)

// Stability says what users may rely on.
type Stability string

// The stabilities of metrics.
const (
	// Stable metrics keep their name, labels and meaning within a major version.
	Stable Stability = "stable"
	// Alpha metrics may change with any version.
	Alpha Stability = "alpha"
)

// Metric describes a metric.
type Metric struct {
	Name string
	Type Type
	// Unit is the unit in UCUM notation, as OpenTelemetry writes it.
	Unit string
	// Labels are the names of the labels in alphabetical order.
	Labels    []string
	Help      string
	Stability Stability
	// Decimal says that values may have a fraction. All others are whole numbers, at most
	// 2^53.
	Decimal bool
}

func gauge(name, unit, help string, labels ...string) Metric {
	return Metric{Name: name, Type: Gauge, Unit: unit, Labels: labels, Help: help, Stability: Stable}
}

func counter(name, unit, help string, labels ...string) Metric {
	return Metric{Name: name, Type: Counter, Unit: unit, Labels: labels, Help: help, Stability: Stable}
}

func histogram(name, unit, help string, labels ...string) Metric {
	return Metric{Name: name, Type: Histogram, Unit: unit, Labels: labels, Help: help, Stability: Stable}
}

// decimal returns the metric with values that may have a fraction.
func (m Metric) decimal() Metric {
	m.Decimal = true
	return m
}

// AppendValue appends a value of the metric as all text formats write it.
func (m *Metric) AppendValue(text []byte, value float64) []byte {
	if m.Decimal {
		return strconv.AppendFloat(text, value, 'g', -1, 64)
	}
	return strconv.AppendInt(text, int64(value), 10)
}
