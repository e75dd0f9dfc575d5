package collector

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
}
