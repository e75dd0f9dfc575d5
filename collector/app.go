package collector

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// appFamilies show how an app is polled.
var appFamilies = []*Family{
	ofSnapshot(FromApp, gauge("wxapp_app_info", "1",
		"Name of the app, or its appid if it has no name. Always 1.", "app", "appid"),
		func(s *Snapshot, add adder) { add(1, s.App.Name, s.App.ID) }),
	ofSnapshot(FromPoll, gauge("wxapp_up", "1",
		"1 if the last request for every due window succeeded, 0 otherwise. A window that is not published yet has not failed.", "appid"),
		func(s *Snapshot, add adder) { s.Status.emit(add, s.App.ID) }),
	ofSnapshot(FromPoll, gauge("wxapp_last_poll_timestamp_seconds", "s",
		"When the last poll ended.", "appid"),
		func(s *Snapshot, add adder) { emitTime(s.LastPoll, add, s.App.ID) }),
	ofSnapshot(FromApp, gauge("wxapp_last_success_timestamp_seconds", "s",
		"When the last answer with data was stored.", "appid"),
		func(s *Snapshot, add adder) { emitTime(s.LastSuccess, add, s.App.ID) }),
	ofSnapshot(FromPoll, gauge("wxapp_next_poll_timestamp_seconds", "s",
		"When the next poll is due.", "appid"),
		func(s *Snapshot, add adder) { emitTime(s.NextPoll, add, s.App.ID) }),
	ofSnapshot(FromPoll, gauge("wxapp_token_expiry_timestamp_seconds", "s",
		"When the most recently used access token expires.", "appid"),
		func(s *Snapshot, add adder) { emitTime(s.TokenExpiry, add, s.App.ID) }),
	ofSnapshot(FromPoll, counter("wxapp_poll_failures_total", "{poll}",
		"Failed polls, by reason. A poll that failed for several reasons counts once for each.", "appid", "reason"),
		func(s *Snapshot, add adder) {
			for _, reason := range wechat.FailureReasons() {
				add(float64(s.Portrait().FailedPolls[reason]), s.App.ID, string(reason))
			}
		}),
	ofSnapshot(FromPoll, counter("wxapp_rows_merged_total", "{row}",
		"Duplicate rows of WeChat's answers, merged into the first row of that name.", "appid"),
		func(s *Snapshot, add adder) { add(float64(s.RowsMerged), s.App.ID) }),
	ofSnapshot(FromPoll, counter("wxapp_rows_rejected_total", "{row}",
		"Rows of WeChat's answers skipped because their name or number is unusable.", "appid"),
		func(s *Snapshot, add adder) { add(float64(s.RowsRejected), s.App.ID) }),
	ofSnapshot(FromPoll, gauge("wxapp_api_quota_limit", "{call}",
		"Calls that WeChat allows per day, read once a day.", "appid", "endpoint"),
		func(s *Snapshot, add adder) {
			s.eachQuota(func(endpoint string, quota *wechat.Quota) { add(float64(quota.Limit), s.App.ID, endpoint) })
		}),
	ofSnapshot(FromPoll, gauge("wxapp_api_quota_remaining", "{call}",
		"Calls left for the day when the quota was last read, which is once a day.", "appid", "endpoint"),
		func(s *Snapshot, add adder) {
			s.eachQuota(func(endpoint string, quota *wechat.Quota) { add(float64(quota.Remaining), s.App.ID, endpoint) })
		}),
}

func appLabels() []Label {
	return []Label{
		{"appid", nil, "the appid of the Mini Program"},
		{"app", nil, "the configured name of the Mini Program, or its appid"},
		{"reason", texts(wechat.FailureReasons()), "why a poll failed; see [the errcodes](errcodes.md)"},
		{"endpoint", endpointTexts(), "which call of WeChat's API"},
	}
}

func endpointTexts() []string {
	all := []string{wechat.EndpointQuota, wechat.EndpointToken}
	for _, dataset := range wechat.Datasets() {
		all = append(all, dataset.Endpoints()...)
	}
	return all
}

// emit emits a status that is known.
func (s Status) emit(add adder, labels ...string) {
	switch s {
	case StatusUp:
		add(1, labels...)
	case StatusDown:
		add(0, labels...)
	case StatusUnknown:
	}
}

// emitTime emits a time that is known.
func emitTime(t time.Time, add adder, labels ...string) {
	if !t.IsZero() {
		add(float64(t.Unix()), labels...)
	}
}

// eachQuota calls do for every endpoint whose quota is known.
func (s *Snapshot) eachQuota(do func(endpoint string, quota *wechat.Quota)) {
	for _, dataset := range s.Datasets {
		for _, endpoint := range dataset.Endpoints {
			if endpoint.Quota != nil {
				do(endpoint.Name, endpoint.Quota)
			}
		}
	}
}
