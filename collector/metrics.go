package collector

import (
	"slices"
	"strconv"
)

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

// The metrics of an app. Each of their series changes only when a poll of the app
// ends.
var (
	users = Metric{
		Name: "wxapp_users", Type: Gauge, Unit: "{user}",
		Labels: []string{"appid", "dimension", "metric", "name", "range"},
		Help:   "Users of the Mini Program, de-duplicated within the range of days. Never add up across metric, dimension or range.", Stability: Stable,
	}
	dataBegin = Metric{
		Name: "wxapp_data_begin_timestamp_seconds", Type: Gauge, Unit: "s",
		Labels: []string{"appid", "range"},
		Help:   "Begin of the window that wxapp_users is for: 00:00 of its first day in Asia/Shanghai.", Stability: Stable,
	}
	dataEnd = Metric{
		Name: "wxapp_data_end_timestamp_seconds", Type: Gauge, Unit: "s",
		Labels: []string{"appid", "range"},
		Help:   "End of the window that wxapp_users is for: 24:00 of its last day in Asia/Shanghai.", Stability: Stable,
	}
	namesDropped = Metric{
		Name: "wxapp_names_dropped", Type: Gauge, Unit: "{name}",
		Labels: []string{"appid", "dimension", "metric", "range"},
		Help:   "Names that wxapp_users does not show because of the limit of their dimension, WXAPP_TOP.", Stability: Stable,
	}
	appInfo = Metric{
		Name: "wxapp_app_info", Type: Gauge, Unit: "1",
		Labels: []string{"app", "appid"},
		Help:   "The name of the app, or its appid when it was given none. Always 1.", Stability: Stable,
	}
	up = Metric{
		Name: "wxapp_up", Type: Gauge, Unit: "1",
		Labels: []string{"appid"},
		Help:   "Whether the numbers come in: 1 when no window that is due failed when it was last asked for, 0 otherwise. A window that is not published yet has not failed.", Stability: Stable,
	}
	lastPoll = Metric{
		Name: "wxapp_last_poll_timestamp_seconds", Type: Gauge, Unit: "s",
		Labels: []string{"appid"},
		Help:   "When the last poll ended.", Stability: Stable,
	}
	lastSuccess = Metric{
		Name: "wxapp_last_success_timestamp_seconds", Type: Gauge, Unit: "s",
		Labels: []string{"appid"},
		Help:   "When the last answer with data was stored.", Stability: Stable,
	}
	nextPoll = Metric{
		Name: "wxapp_next_poll_timestamp_seconds", Type: Gauge, Unit: "s",
		Labels: []string{"appid"},
		Help:   "When the next poll is due.", Stability: Stable,
	}
	pollFailures = Metric{
		Name: "wxapp_poll_failures_total", Type: Counter, Unit: "{poll}",
		Labels: []string{"appid", "reason"},
		Help:   "Polls that failed, by reason. A poll that failed for several reasons counts once for each.", Stability: Stable,
	}
	rowsMerged = Metric{
		Name: "wxapp_rows_merged_total", Type: Counter, Unit: "{row}",
		Labels: []string{"appid"},
		Help:   "Rows of WeChat's answers with a name that was in the same list before. Their users are added up.", Stability: Stable,
	}
	rowsRejected = Metric{
		Name: "wxapp_rows_rejected_total", Type: Counter, Unit: "{row}",
		Labels: []string{"appid"},
		Help:   "Rows of WeChat's answers that were skipped because their name or number is not usable.", Stability: Stable,
	}
	tokenExpiry = Metric{
		Name: "wxapp_token_expiry_timestamp_seconds", Type: Gauge, Unit: "s",
		Labels: []string{"appid"},
		Help:   "When the access token that was used last expires.", Stability: Stable,
	}
	quotaLimit = Metric{
		Name: "wxapp_api_quota_limit", Type: Gauge, Unit: "{call}",
		Labels: []string{"appid", "endpoint"},
		Help:   "Calls that WeChat allows a day, read once a day.", Stability: Stable,
	}
	quotaRemaining = Metric{
		Name: "wxapp_api_quota_remaining", Type: Gauge, Unit: "{call}",
		Labels: []string{"appid", "endpoint"},
		Help:   "Calls that were left for the day when the quota was read, once a day.", Stability: Stable,
	}
)

// The metrics of the exporter itself, and of the places on the map.
var (
	locationInfo = Metric{
		Name: "wxapp_location_info", Type: Gauge, Unit: "1",
		Labels: []string{"dimension", "english", "latitude", "longitude", "name"},
		Help:   "Where a province is, in degrees, and its name in English, under its long and its short name. Always 1.", Stability: Stable,
	}
	apiRequests = Metric{
		Name: "wxapp_api_requests_total", Type: Counter, Unit: "{request}",
		Labels: []string{"code", "endpoint"},
		Help:   "Requests to WeChat by their outcome: WeChat's errcode (0 for success), http_ and the status, network or decode.", Stability: Stable,
	}
	apiRequestDuration = Metric{
		Name: "wxapp_api_request_duration_seconds", Type: Histogram, Unit: "s",
		Labels: []string{"endpoint"},
		Help:   "Time that requests to WeChat took, the answer's body included.", Stability: Stable,
	}
	archiveWrites = Metric{
		Name: "wxapp_archive_writes_total", Type: Counter, Unit: "{write}",
		Help: "Attempts to write an answer or the state of an app to the archive.", Stability: Stable,
	}
	archiveFailures = Metric{
		Name: "wxapp_archive_failures_total", Type: Counter, Unit: "{write}",
		Help: "Attempts to write to the archive that failed.", Stability: Stable,
	}
	archivePending = Metric{
		Name: "wxapp_archive_pending_answers", Type: Gauge, Unit: "{answer}",
		Help: "Answers in memory that wait for an archive that cannot be written. Above 0, a crash now would lose them.", Stability: Stable,
	}
	reloadSuccessful = Metric{
		Name: "wxapp_config_last_reload_successful", Type: Gauge, Unit: "1",
		Help: "Whether the newest reading of the settings had no mistake: 1 after the start, 0 after a reload that kept the old settings.", Stability: Stable,
	}
	reloadSuccess = Metric{
		Name: "wxapp_config_last_reload_success_timestamp_seconds", Type: Gauge, Unit: "s",
		Help: "When the settings were last read without a mistake: at the start or by a reload.", Stability: Stable,
	}
	otlpExports = Metric{
		Name: "wxapp_otlp_exports_total", Type: Counter, Unit: "{batch}",
		Help: "Batches of points that were due to be pushed to the OpenTelemetry receiver. Only when pushing.", Stability: Stable,
	}
	otlpFailures = Metric{
		Name: "wxapp_otlp_export_failures_total", Type: Counter, Unit: "{batch}",
		Help: "Batches of points that the OpenTelemetry receiver did not accept whole, or did not answer. Only when pushing.", Stability: Stable,
	}
	otlpRejectedPoints = Metric{
		Name: "wxapp_otlp_rejected_points_total", Type: Counter, Unit: "{point}",
		Help: "Points that the OpenTelemetry receiver rejected in batches that it accepted. Only when pushing.", Stability: Stable,
	}
	otlpLastSuccess = Metric{
		Name: "wxapp_otlp_last_success_timestamp_seconds", Type: Gauge, Unit: "s",
		Help: "When the OpenTelemetry receiver last accepted all points of a push. Only when pushing.", Stability: Stable,
	}
)

// AppendValue appends a value of the metric as all text formats write it.
func (m *Metric) AppendValue(text []byte, value float64) []byte {
	if m.Decimal {
		return strconv.AppendFloat(text, value, 'g', -1, 64)
	}
	return strconv.AppendInt(text, int64(value), 10)
}

// AppMetrics returns the metrics of an app, in the order in which Snapshot.Each emits
// them.
func AppMetrics() []*Metric {
	return slices.Concat([]*Metric{
		&users, &dataBegin, &dataEnd, &namesDropped,
		&appInfo, &up, &lastPoll, &lastSuccess, &nextPoll, &tokenExpiry,
		&pollFailures, &rowsMerged, &rowsRejected, &quotaLimit, &quotaRemaining,
	}, datasetMetrics())
}

// Metrics returns every metric that this package knows of.
func Metrics() []*Metric {
	return slices.Concat(AppMetrics(), []*Metric{
		&locationInfo, &apiRequests, &apiRequestDuration, &archiveWrites, &archiveFailures, &archivePending,
		&reloadSuccessful, &reloadSuccess,
		&otlpExports, &otlpFailures, &otlpRejectedPoints, &otlpLastSuccess,
	})
}

// MetricNamed returns the metric of a name, or nil.
func MetricNamed(name string) *Metric {
	for _, metric := range Metrics() {
		if metric.Name == name {
			return metric
		}
	}
	return nil
}
