package collector

// The metrics of the exporter itself, and of the places on the map.
var (
	locationInfo = gauge("wxapp_location_info", "1",
		"Coordinates of a province in degrees, and its English name; one series for its long and one for its short name. Always 1.", "dimension", "english", "latitude", "longitude", "name")
	apiRequests = counter("wxapp_api_requests_total", "{request}",
		"Requests to WeChat by outcome: WeChat's errcode (0 for success), http_ and the status, network or decode.", "code", "endpoint")
	apiRequestDuration = histogram("wxapp_api_request_duration_seconds", "s",
		"Duration of requests to WeChat, including the response body.", "endpoint")
	archiveWrites = counter("wxapp_archive_writes_total", "{write}",
		"Attempts to write an answer or the state of an app to the archive.")
	archiveFailures = counter("wxapp_archive_failures_total", "{write}",
		"Failed attempts to write to the archive.")
	archivePending = gauge("wxapp_archive_pending_answers", "{answer}",
		"Answers that the archive has not taken yet. A crash would lose those that are not in the spool.")
	archiveRivals = gauge("wxapp_archive_rivals", "{process}",
		"Other exporters that poll some of the same apps into the same archive. Above 0 is fine for replicas on purpose.")
	restoringApps = gauge("wxapp_restoring_apps", "{app}",
		"Apps whose part of the archive is still being read after the start. They are not polled yet.")
	reloadSuccessful = gauge("wxapp_config_last_reload_successful", "1",
		"Whether the last configuration reload succeeded: 1 after the start, 0 after a reload that kept the old settings.")
	reloadSuccess = gauge("wxapp_config_last_reload_success_timestamp_seconds", "s",
		"When the configuration was last loaded successfully, at the start or by a reload.")
	webConfigValid = gauge("wxapp_web_config_valid", "1",
		"Whether the web configuration and its certificates can be used: 1, also without any, or 0 while connections fail because of it.")
	otlpExports = counter("wxapp_otlp_exports_total", "{batch}",
		"OTLP batches attempted. Only when pushing.")
	otlpFailures = counter("wxapp_otlp_export_failures_total", "{batch}",
		"OTLP batches that the receiver did not accept completely, or did not answer. Only when pushing.")
	otlpRejectedPoints = counter("wxapp_otlp_rejected_points_total", "{point}",
		"OTLP points that the receiver rejected in batches that it accepted. Only when pushing.")
	otlpLastSuccess = gauge("wxapp_otlp_last_success_timestamp_seconds", "s",
		"When the OTLP receiver last accepted all points of a push. Only when pushing.")
)

func exporterMetrics() []*Metric {
	return []*Metric{
		&locationInfo, &apiRequests, &apiRequestDuration, &archiveWrites, &archiveFailures, &archivePending, &archiveRivals, &restoringApps,
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
