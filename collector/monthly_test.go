package collector_test

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The documented answer about a month, and one about the cohort of the month before, whose size is
// too old to be shown by itself.
func TestMonthlyText(t *testing.T) {
	expectText(t, "monthly", nil, []answered{
		{
			wechat.EndpointMonthlyVisitTrend, "20170228",
			`{"list":[{"ref_date":"201702","session_cnt":126513,"visit_pv":426113,"visit_uv":48659,"visit_uv_new":6726,"stay_time_session":56.4112,"visit_depth":2.0189}]}`,
		},
		{
			wechat.EndpointMonthlyRetention, "20170131",
			`{"ref_date":"201701","visit_uv_new":[{"key":0,"value":10},{"key":1,"value":2}],"visit_uv":[{"key":0,"value":100},{"key":1,"value":50}]}`,
		},
	}, `
wxapp_sessions{appid="wxa",period="month"} 126513
wxapp_page_views{appid="wxa",period="month"} 426113
wxapp_active_users{appid="wxa",period="month"} 48659
wxapp_new_users{appid="wxa",period="month"} 6726
wxapp_session_duration_average_seconds{appid="wxa",period="month"} 56.4112
wxapp_session_depth_average{appid="wxa",period="month"} 2.0189
wxapp_monthly_retention_cohort_users{appid="wxa",cohort="active",month="1"} 100
wxapp_monthly_retention_cohort_users{appid="wxa",cohort="new",month="1"} 10
wxapp_monthly_retained_users{appid="wxa",cohort="active",month="1"} 50
wxapp_monthly_retained_users{appid="wxa",cohort="new",month="1"} 2
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="monthly"} 1488297600
`)
}
