package collector_test

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The documented answer of a day tells nothing yet; that of the day before tells who came
// again.
func TestRetentionText(t *testing.T) {
	expectText(t, "retention", nil, []answered{
		{
			wechat.EndpointDailyRetention, "20170313",
			`{"ref_date":"20170313","visit_uv_new":[{"key":0,"value":5464}],"visit_uv":[{"key":0,"value":55500}]}`,
		},
		{
			wechat.EndpointDailyRetention, "20170312",
			`{"ref_date":"20170312","visit_uv_new":[{"key":0,"value":5000},{"key":1,"value":250}],"visit_uv":[{"key":0,"value":50000},{"key":1,"value":9000},{"key":8,"value":7}]}`,
		},
	}, `
wxapp_retention_cohort_users{appid="wxa",cohort="active",day="1"} 50000
wxapp_retention_cohort_users{appid="wxa",cohort="new",day="1"} 5000
wxapp_retained_users{appid="wxa",cohort="active",day="1"} 9000
wxapp_retained_users{appid="wxa",cohort="new",day="1"} 250
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="retention"} 1489420800
`)
}
