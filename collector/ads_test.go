package collector_test

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The income of the newest day by slot, in yuan. What a row lacks has no series.
func TestAdsText(t *testing.T) {
	expectText(t, "ads", nil, []answered{{wechat.EndpointAdIncome, "20170313", `{"base_resp":{"err_msg":"ok","ret":0},"list":[
		{"slot_id":3030046789020061,"ad_slot":"SLOT_ID_WEAPP_INTERSTITIAL","date":"2017-03-13","req_succ_count":443610,"exposure_count":181814,
		"exposure_rate":0.409850995,"click_count":10095,"click_rate":0.055523777,"income":52175,"ecpm":286.969100289},
		{"slot_id":1,"ad_slot":"SLOT_ID_WEAPP_BANNER","date":"2017-03-13","req_succ_count":3},
		{"slot_id":1,"ad_slot":"SLOT_ID_WEAPP_BANNER","date":"2017-03-12","req_succ_count":4,"income":900}
		],"summary":{},"total_num":3}`}}, `
wxapp_ad_requests{appid="wxa",period="day",slot="SLOT_ID_WEAPP_BANNER"} 3
wxapp_ad_requests{appid="wxa",period="day",slot="SLOT_ID_WEAPP_INTERSTITIAL"} 443610
wxapp_ad_exposures{appid="wxa",period="day",slot="SLOT_ID_WEAPP_INTERSTITIAL"} 181814
wxapp_ad_clicks{appid="wxa",period="day",slot="SLOT_ID_WEAPP_INTERSTITIAL"} 10095
wxapp_ad_income_yuan{appid="wxa",period="day",slot="SLOT_ID_WEAPP_INTERSTITIAL"} 521.75
wxapp_ad_ecpm_yuan{appid="wxa",period="day",slot="SLOT_ID_WEAPP_INTERSTITIAL"} 2.86969100289
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="ads"} 1489420800
`)
}
