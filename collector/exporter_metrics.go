package collector

// The metrics of the exporter itself, and of the places on the map.
var (
	locationInfo = Metric{
		Name: "wxapp_location_info", Type: Gauge, Unit: "1",
		Labels: []string{"dimension", "english", "latitude", "longitude", "name"},
		Help:   "Coordinates of a province in degrees, and its English name; one series for its long and one for its short name. Always 1.", Stability: Stable,
	}
	apiRequests = Metric{
		Name: "wxapp_api_requests_total", Type: Counter, Unit: "{request}",
		Labels: []string{"code", "endpoint"},
		Help:   "Requests to WeChat by outcome: WeChat's errcode (0 for success), http_ and the status, network or decode.", Stability: Stable,
	}
	apiRequestDuration = Metric{
		Name: "wxapp_api_request_duration_seconds", Type: Histogram, Unit: "s",
		Labels: []string{"endpoint"},
		Help:   "Duration of requests to WeChat, including the response body.", Stability: Stable,
	}
	archiveWrites = Metric{
		Name: "wxapp_archive_writes_total", Type: Counter, Unit: "{write}",
		Help: "Attempts to write an answer or the state of an app to the archive.", Stability: Stable,
	}
	archiveFailures = Metric{
		Name: "wxapp_archive_failures_total", Type: Counter, Unit: "{write}",
		Help: "Failed attempts to write to the archive.", Stability: Stable,
	}
	archivePending = Metric{
		Name: "wxapp_archive_pending_answers", Type: Gauge, Unit: "{answer}",
		Help: "Answers waiting in memory because the archive cannot be written. A crash would lose them.", Stability: Stable,
	}
	reloadSuccessful = Metric{
		Name: "wxapp_config_last_reload_successful", Type: Gauge, Unit: "1",
		Help: "Whether the last configuration reload succeeded: 1 after the start, 0 after a reload that kept the old settings.", Stability: Stable,
	}
	reloadSuccess = Metric{
		Name: "wxapp_config_last_reload_success_timestamp_seconds", Type: Gauge, Unit: "s",
		Help: "When the configuration was last loaded successfully, at the start or by a reload.", Stability: Stable,
	}
	webConfigValid = Metric{
		Name: "wxapp_web_config_valid", Type: Gauge, Unit: "1",
		Help: "Whether the web configuration and its certificates can be used: 1, also without any, or 0 while connections fail because of it.", Stability: Stable,
	}
	otlpExports = Metric{
		Name: "wxapp_otlp_exports_total", Type: Counter, Unit: "{batch}",
		Help: "OTLP batches attempted. Only when pushing.", Stability: Stable,
	}
	otlpFailures = Metric{
		Name: "wxapp_otlp_export_failures_total", Type: Counter, Unit: "{batch}",
		Help: "OTLP batches that the receiver did not accept completely, or did not answer. Only when pushing.", Stability: Stable,
	}
	otlpRejectedPoints = Metric{
		Name: "wxapp_otlp_rejected_points_total", Type: Counter, Unit: "{point}",
		Help: "OTLP points that the receiver rejected in batches that it accepted. Only when pushing.", Stability: Stable,
	}
	otlpLastSuccess = Metric{
		Name: "wxapp_otlp_last_success_timestamp_seconds", Type: Gauge, Unit: "s",
		Help: "When the OTLP receiver last accepted all points of a push. Only when pushing.", Stability: Stable,
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
		{"code", nil, "WeChat's errcode, `0` for success; `http_` and the HTTP status; `http_other` for an unassigned HTTP status; `network` if there was no complete answer; `decode` if the answer was not understood; `unknown` for an errcode that is not in [the list](errcodes.md)"},
		{"english", nil, "the name of a province in English"},
		{"latitude", nil, "in degrees, north"},
		{"longitude", nil, "in degrees, east"},
	}
}
