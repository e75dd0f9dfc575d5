package collector

// The metrics of the datasets beside the user portrait. A number that WeChat's answer
// lacks has no series.
var (
	sessions = Metric{
		Name: "wxapp_sessions", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "period"},
		Help: "How often the Mini Program was opened.", Stability: Stable,
	}
	pageViews = Metric{
		Name: "wxapp_page_views", Type: Gauge, Unit: "{view}", Labels: []string{"appid", "period"},
		Help: "Page views.", Stability: Stable,
	}
	activeUsers = Metric{
		Name: "wxapp_active_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "period"},
		Help: "Users who came. The user portrait covers a little fewer.", Stability: Stable,
	}
	newUsers = Metric{
		Name: "wxapp_new_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "period"},
		Help: "Users who came for the first time.", Stability: Stable,
	}
	userStay = Metric{
		Name: "wxapp_user_stay_average_seconds", Type: Gauge, Unit: "s", Labels: []string{"appid", "period"},
		Help: "Time that a user stayed on average.", Stability: Stable, Decimal: true,
	}
	sessionDuration = Metric{
		Name: "wxapp_session_duration_average_seconds", Type: Gauge, Unit: "s", Labels: []string{"appid", "period"},
		Help: "Time that a session took on average.", Stability: Stable, Decimal: true,
	}
	sessionDepth = Metric{
		Name: "wxapp_session_depth_average", Type: Gauge, Unit: "{page}", Labels: []string{"appid", "period"},
		Help: "Pages per session on average, as WeChat counts them: other than page views by sessions.", Stability: Stable, Decimal: true,
	}
	shares = Metric{
		Name: "wxapp_shares", Type: Gauge, Unit: "{share}", Labels: []string{"appid", "period"},
		Help: "How often the Mini Program was shared.", Stability: Stable,
	}
	sharingUsers = Metric{
		Name: "wxapp_sharing_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "period"},
		Help: "Users who shared the Mini Program.", Stability: Stable,
	}
	cumulativeUsers = Metric{
		Name: "wxapp_cumulative_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid"},
		Help: "Users who have ever come.", Stability: Stable,
	}
	sourceSessions = Metric{
		Name: "wxapp_source_sessions", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "period", "source"},
		Help: "Sessions by where the user came from.", Stability: Stable,
	}
	sourceUsers = Metric{
		Name: "wxapp_source_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "period", "source"},
		Help: "Users by where they came from. A user of two sources counts in both.", Stability: Stable,
	}
	stayTimeSessions = Metric{
		Name: "wxapp_stay_time_sessions", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "period", "stay_time"},
		Help: "Sessions by how long they took.", Stability: Stable,
	}
	depthSessions = Metric{
		Name: "wxapp_depth_sessions", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "depth", "period"},
		Help: "Sessions by how many pages they opened.", Stability: Stable,
	}
	cohortUsers = Metric{
		Name: "wxapp_retention_cohort_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "cohort", "day"},
		Help: "Users who came so many days before the day that the dataset retention is for.", Stability: Stable,
	}
	retainedUsers = Metric{
		Name: "wxapp_retained_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "cohort", "day"},
		Help: "How many of wxapp_retention_cohort_users came again after so many days.", Stability: Stable,
	}
	pageVisits = Metric{
		Name: "wxapp_page_visits", Type: Gauge, Unit: "{view}", Labels: []string{"appid", "page", "period"},
		Help: "How often a page was opened.", Stability: Stable,
	}
	pageVisitors = Metric{
		Name: "wxapp_page_visitors", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "page", "period"},
		Help: "Users who opened a page.", Stability: Stable,
	}
	pageEntries = Metric{
		Name: "wxapp_page_entries", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "page", "period"},
		Help: "Sessions that began with a page.", Stability: Stable,
	}
	pageExits = Metric{
		Name: "wxapp_page_exits", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "page", "period"},
		Help: "Sessions that ended with a page.", Stability: Stable,
	}
	pageShares = Metric{
		Name: "wxapp_page_shares", Type: Gauge, Unit: "{share}", Labels: []string{"appid", "page", "period"},
		Help: "How often a page was shared.", Stability: Stable,
	}
	pageStay = Metric{
		Name: "wxapp_page_stay_average_seconds", Type: Gauge, Unit: "s", Labels: []string{"appid", "page", "period"},
		Help: "Time that a visit of a page took on average.", Stability: Stable, Decimal: true,
	}
	pagesDropped = Metric{
		Name: "wxapp_pages_dropped", Type: Gauge, Unit: "{page}", Labels: []string{"appid", "period"},
		Help: "Pages that the metrics of pages do not show because of the limit page in WXAPP_TOP.", Stability: Stable,
	}
	datasetUp = Metric{
		Name: "wxapp_dataset_up", Type: Gauge, Unit: "1", Labels: []string{"appid", "dataset"},
		Help: "Whether the numbers of a dataset beside the user portrait come in: 1 when no day that is due failed when it was last asked for, 0 otherwise.", Stability: Stable,
	}
	datasetEnd = Metric{
		Name: "wxapp_dataset_end_timestamp_seconds", Type: Gauge, Unit: "s", Labels: []string{"appid", "dataset"},
		Help: "End of the newest day that is held of a dataset: 24:00 in Asia/Shanghai.", Stability: Stable,
	}
	datasetFailures = Metric{
		Name: "wxapp_dataset_failures_total", Type: Counter, Unit: "{poll}", Labels: []string{"appid", "dataset", "reason"},
		Help: "Polls of a dataset that failed, by reason. A poll that failed for several reasons counts once for each.", Stability: Stable,
	}
)

// FigureMetrics returns the metrics that tell the numbers of datasets.
func FigureMetrics() []*Metric {
	return []*Metric{
		&sessions, &pageViews, &activeUsers, &newUsers, &userStay, &sessionDuration, &sessionDepth,
		&shares, &sharingUsers, &cumulativeUsers,
		&sourceSessions, &sourceUsers, &stayTimeSessions, &depthSessions,
		&cohortUsers, &retainedUsers,
		&pageVisits, &pageVisitors, &pageEntries, &pageExits, &pageShares, &pageStay, &pagesDropped,
	}
}

// datasetMetrics returns the metrics of the datasets beside the user portrait, in the order
// in which Snapshot.Each emits them.
func datasetMetrics() []*Metric {
	return append(FigureMetrics(), &datasetUp, &datasetEnd, &datasetFailures)
}
