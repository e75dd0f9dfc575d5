package collector

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
	webConfigValid = Metric{
		Name: "wxapp_web_config_valid", Type: Gauge, Unit: "1",
		Help: "Whether the web configuration and its certificates can be used: 1, also without any, or 0 while connections fail because of it.", Stability: Stable,
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

func exporterMetrics() []*Metric {
	return []*Metric{
		&locationInfo, &apiRequests, &apiRequestDuration, &archiveWrites, &archiveFailures, &archivePending,
		&reloadSuccessful, &reloadSuccess, &webConfigValid,
		&otlpExports, &otlpFailures, &otlpRejectedPoints, &otlpLastSuccess,
	}
}

func exporterLabels() []Label {
	return []Label{
		{"code", nil, "WeChat's errcode, `0` for success; `http_` and the HTTP status; `http_other` for a status that HTTP does not know; `network` when no whole answer came; `decode` when the answer was not understood; `unknown` for an errcode that is not in [the list](errcodes.md)"},
		{"english", nil, "the name of a province in English"},
		{"latitude", nil, "in degrees, north"},
		{"longitude", nil, "in degrees, east"},
	}
}
