package collector_test

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The documented answers about a week, and one about the cohort of the week before. They are
// shown until the next week is held, and maxAge longer.
func TestWeeklyText(t *testing.T) {
	expectText(t, "weekly", nil, []answered{
		{
			wechat.EndpointWeeklyVisitTrend, "20170312",
			`{"list":[{"ref_date":"20170306-20170312","session_cnt":986780,"visit_pv":3251840,"visit_uv":189405,"visit_uv_new":45592,"stay_time_session":54.5346,"visit_depth":1.9735}]}`,
		},
		{
			wechat.EndpointWeeklyRetention, "20170312",
			`{"ref_date":"20170306-20170312","visit_uv_new":[{"key":0,"value":45592}],"visit_uv":[{"key":0,"value":189405}]}`,
		},
		{
			wechat.EndpointWeeklyRetention, "20170305",
			`{"ref_date":"20170227-20170305","visit_uv_new":[{"key":0,"value":40000},{"key":1,"value":4000}],"visit_uv":[{"key":0,"value":180000},{"key":1,"value":90000}]}`,
		},
	}, `
wxapp_sessions{appid="wxa",period="week"} 986780
wxapp_page_views{appid="wxa",period="week"} 3251840
wxapp_active_users{appid="wxa",period="week"} 189405
wxapp_new_users{appid="wxa",period="week"} 45592
wxapp_session_duration_average_seconds{appid="wxa",period="week"} 54.5346
wxapp_session_depth_average{appid="wxa",period="week"} 1.9735
wxapp_weekly_retention_cohort_users{appid="wxa",cohort="active",week="0"} 189405
wxapp_weekly_retention_cohort_users{appid="wxa",cohort="new",week="0"} 45592
wxapp_weekly_retention_cohort_users{appid="wxa",cohort="active",week="1"} 180000
wxapp_weekly_retention_cohort_users{appid="wxa",cohort="new",week="1"} 40000
wxapp_weekly_retained_users{appid="wxa",cohort="active",week="0"} 189405
wxapp_weekly_retained_users{appid="wxa",cohort="new",week="0"} 45592
wxapp_weekly_retained_users{appid="wxa",cohort="active",week="1"} 90000
wxapp_weekly_retained_users{appid="wxa",cohort="new",week="1"} 4000
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="weekly"} 1489334400
`)
}
