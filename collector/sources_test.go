package collector_test

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The documented answer, and the list that answers of today have beside it.
func TestSourcesText(t *testing.T) {
	expectText(t, "sources", nil, []answered{{
		wechat.EndpointVisitDistribution, "20170313",
		`{"ref_date":"20170313","list":[{"index":"access_source_session_cnt","item_list":[{"key":10,"value":5},{"key":8,"value":687}]},` +
			`{"index":"access_staytime_info","item_list":[{"key":8,"value":16329}]},` +
			`{"index":"access_depth_info","item_list":[{"key":5,"value":217},{"key":1,"value":43201}]},` +
			`{"index":"access_source_visit_uv","item_list":[{"key":58,"value":3},{"key":3,"value":9}]}]}`,
	}}, `
wxapp_source_sessions{appid="wxa",period="day",source="小程序主页"} 687
wxapp_source_sessions{appid="wxa",period="day",source="其他"} 5
wxapp_source_users{appid="wxa",period="day",source="会话"} 9
wxapp_source_users{appid="wxa",period="day",source="key_58"} 3
wxapp_stay_time_sessions{appid="wxa",period="day",stay_time=">100s"} 16329
wxapp_depth_sessions{appid="wxa",depth="1",period="day"} 43201
wxapp_depth_sessions{appid="wxa",depth="5",period="day"} 217
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="sources"} 1489420800
`)
}
