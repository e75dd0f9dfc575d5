package collector

import "slices"

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
}

// The metrics of an app. Each of their series changes only when a poll of the app
// ends.
var (
	users = Metric{
		"wxapp_users", Gauge, "{user}",
		[]string{"appid", "dimension", "metric", "name", "range"},
		"Users of the Mini Program, de-duplicated within the range of days. Never add up across metric, dimension or range.", Stable,
	}
	dataBegin = Metric{
		"wxapp_data_begin_timestamp_seconds", Gauge, "s",
		[]string{"appid", "range"},
		"Begin of the window that wxapp_users is for: 00:00 of its first day in Asia/Shanghai.", Stable,
	}
	dataEnd = Metric{
		"wxapp_data_end_timestamp_seconds", Gauge, "s",
		[]string{"appid", "range"},
		"End of the window that wxapp_users is for: 24:00 of its last day in Asia/Shanghai.", Stable,
	}
	namesDropped = Metric{
		"wxapp_names_dropped", Gauge, "{name}",
		[]string{"appid", "dimension", "metric", "range"},
		"Names that wxapp_users does not show because of the limit of their dimension, WXAPP_TOP.", Stable,
	}
	appInfo = Metric{
		"wxapp_app_info", Gauge, "1",
		[]string{"app", "appid"},
		"The name of the app, or its appid when it was given none. Always 1.", Stable,
	}
	up = Metric{
		"wxapp_up", Gauge, "1",
		[]string{"appid"},
		"Whether the numbers come in: 1 when no window that is due failed when it was last asked for, 0 otherwise. A window that is not published yet has not failed.", Stable,
	}
	lastPoll = Metric{
		"wxapp_last_poll_timestamp_seconds", Gauge, "s",
		[]string{"appid"},
		"When the last poll ended.", Stable,
	}
	lastSuccess = Metric{
		"wxapp_last_success_timestamp_seconds", Gauge, "s",
		[]string{"appid"},
		"When the last answer with data was stored.", Stable,
	}
	nextPoll = Metric{
		"wxapp_next_poll_timestamp_seconds", Gauge, "s",
		[]string{"appid"},
		"When the next poll is due.", Stable,
	}
	pollFailures = Metric{
		"wxapp_poll_failures_total", Counter, "{poll}",
		[]string{"appid", "reason"},
		"Polls that failed, by reason. A poll that failed for several reasons counts once for each.", Stable,
	}
	rowsMerged = Metric{
		"wxapp_rows_merged_total", Counter, "{row}",
		[]string{"appid"},
		"Rows of WeChat's answers with a name that was in the same list before. Their users are added up.", Stable,
	}
	rowsRejected = Metric{
		"wxapp_rows_rejected_total", Counter, "{row}",
		[]string{"appid"},
		"Rows of WeChat's answers that were skipped because their name or number is not usable.", Stable,
	}
	tokenExpiry = Metric{
		"wxapp_token_expiry_timestamp_seconds", Gauge, "s",
		[]string{"appid"},
		"When the access token that was used last expires.", Stable,
	}
	quotaLimit = Metric{
		"wxapp_api_quota_limit", Gauge, "{call}",
		[]string{"appid", "endpoint"},
		"Calls that WeChat allows a day, read once a day.", Stable,
	}
	quotaRemaining = Metric{
		"wxapp_api_quota_remaining", Gauge, "{call}",
		[]string{"appid", "endpoint"},
		"Calls that were left for the day when the quota was read, once a day.", Stable,
	}
)

// The metrics of the exporter itself, and of the places on the map.
var (
	locationInfo = Metric{
		"wxapp_location_info", Gauge, "1",
		[]string{"dimension", "english", "latitude", "longitude", "name"},
		"Where a province is, in degrees, and its name in English, under its long and its short name. Always 1.", Stable,
	}
	apiRequests = Metric{
		"wxapp_api_requests_total", Counter, "{request}",
		[]string{"code", "endpoint"},
		"Requests to WeChat by their outcome: WeChat's errcode (0 for success), http_ and the status, network or decode.", Stable,
	}
	apiRequestDuration = Metric{
		"wxapp_api_request_duration_seconds", Histogram, "s",
		[]string{"endpoint"},
		"Time that requests to WeChat took, the answer's body included.", Stable,
	}
	archiveWrites = Metric{
		"wxapp_archive_writes_total", Counter, "{write}", nil,
		"Attempts to write an answer or the state of an app to the archive.", Stable,
	}
	archiveFailures = Metric{
		"wxapp_archive_failures_total", Counter, "{write}", nil,
		"Attempts to write to the archive that failed.", Stable,
	}
	archivePending = Metric{
		"wxapp_archive_pending_answers", Gauge, "{answer}", nil,
		"Answers in memory that wait for an archive that cannot be written. Above 0, a crash now would lose them.", Stable,
	}
	reloadSuccessful = Metric{
		"wxapp_config_last_reload_successful", Gauge, "1", nil,
		"Whether the newest reading of the settings had no mistake: 1 after the start, 0 after a reload that kept the old settings.", Stable,
	}
	reloadSuccess = Metric{
		"wxapp_config_last_reload_success_timestamp_seconds", Gauge, "s", nil,
		"When the settings were last read without a mistake: at the start or by a reload.", Stable,
	}
	otlpExports = Metric{
		"wxapp_otlp_exports_total", Counter, "{batch}", nil,
		"Batches of points that were due to be pushed to the OpenTelemetry receiver. Only when pushing.", Stable,
	}
	otlpFailures = Metric{
		"wxapp_otlp_export_failures_total", Counter, "{batch}", nil,
		"Batches of points that the OpenTelemetry receiver did not accept whole, or did not answer. Only when pushing.", Stable,
	}
	otlpRejectedPoints = Metric{
		"wxapp_otlp_rejected_points_total", Counter, "{point}", nil,
		"Points that the OpenTelemetry receiver rejected in batches that it accepted. Only when pushing.", Stable,
	}
	otlpLastSuccess = Metric{
		"wxapp_otlp_last_success_timestamp_seconds", Gauge, "s", nil,
		"When the OpenTelemetry receiver last accepted all points of a push. Only when pushing.", Stable,
	}
)

// AppMetrics returns the metrics of an app, in the order in which Snapshot.Each emits
// them.
func AppMetrics() []*Metric {
	return []*Metric{
		&users, &dataBegin, &dataEnd, &namesDropped,
		&appInfo, &up, &lastPoll, &lastSuccess, &nextPoll, &tokenExpiry,
		&pollFailures, &rowsMerged, &rowsRejected, &quotaLimit, &quotaRemaining,
	}
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
