package collector_test

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The documented answers.
func TestVisitsText(t *testing.T) {
	expectText(t, "visits", nil, []answered{
		{
			wechat.EndpointDailyVisitTrend, "20170313",
			`{"list":[{"ref_date":"20170313","session_cnt":142549,"visit_pv":472351,"visit_uv":55500,"visit_uv_new":5464,"stay_time_session":0,"visit_depth":1.9838}]}`,
		},
		{wechat.EndpointDailySummary, "20170313", `{"list":[{"ref_date":"20170313","visit_total":391,"share_pv":572,"share_uv":383}]}`},
	}, `
wxapp_sessions{appid="wxa",period="day"} 142549
wxapp_page_views{appid="wxa",period="day"} 472351
wxapp_active_users{appid="wxa",period="day"} 55500
wxapp_new_users{appid="wxa",period="day"} 5464
wxapp_session_duration_average_seconds{appid="wxa",period="day"} 0
wxapp_session_depth_average{appid="wxa",period="day"} 1.9838
wxapp_shares{appid="wxa",period="day"} 572
wxapp_sharing_users{appid="wxa",period="day"} 383
wxapp_cumulative_users{appid="wxa"} 391
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="visits"} 1489420800
`)
}

// An answer of today, which has the average time of a user. Numbers that an answer lacks have
// no series.
func TestRecordedVisitsText(t *testing.T) {
	expectText(t, "visits", nil, []answered{
		{
			wechat.EndpointDailyVisitTrend, "20170313",
			`{"list":[{"ref_date":"20170313","session_cnt":1082,"visit_pv":4573,"visit_uv":495,"visit_uv_new":0,"stay_time_uv":86.0586,"stay_time_session":39.3706,"visit_depth":2.6562}]}`,
		},
		{wechat.EndpointDailySummary, "20170313", `{"list":[{"ref_date":"20170313","visit_total":null,"share_pv":0}]}`},
	}, `
wxapp_sessions{appid="wxa",period="day"} 1082
wxapp_page_views{appid="wxa",period="day"} 4573
wxapp_active_users{appid="wxa",period="day"} 495
wxapp_new_users{appid="wxa",period="day"} 0
wxapp_user_stay_average_seconds{appid="wxa",period="day"} 86.0586
wxapp_session_duration_average_seconds{appid="wxa",period="day"} 39.3706
wxapp_session_depth_average{appid="wxa",period="day"} 2.6562
wxapp_shares{appid="wxa",period="day"} 0
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="visits"} 1489420800
`)
}
