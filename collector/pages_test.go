package collector_test

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The documented answer.
func TestPagesText(t *testing.T) {
	expectText(t, "pages", nil, []answered{{
		wechat.EndpointVisitPage, "20170313",
		`{"ref_date":"20170313","list":[{"page_path":"pages/main/main.html","page_visit_pv":213429,"page_visit_uv":55423,"page_staytime_pv":8.139198,` +
			`"entrypage_pv":117922,"exitpage_pv":61304,"page_share_pv":180,"page_share_uv":166}]}`,
	}}, `
wxapp_page_visits{appid="wxa",page="pages/main/main.html",period="day"} 213429
wxapp_page_visitors{appid="wxa",page="pages/main/main.html",period="day"} 55423
wxapp_page_entries{appid="wxa",page="pages/main/main.html",period="day"} 117922
wxapp_page_exits{appid="wxa",page="pages/main/main.html",period="day"} 61304
wxapp_page_shares{appid="wxa",page="pages/main/main.html",period="day"} 180
wxapp_page_stay_average_seconds{appid="wxa",page="pages/main/main.html",period="day"} 8.139198
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="pages"} 1489420800
`)
}

// Pages are ranked by visits alone, ties by path, so that all metrics show the same pages.
func TestPagesAreCut(t *testing.T) {
	const answer = `{"list":[{"page_path":"d","page_visit_pv":5,"entrypage_pv":9},{"page_path":"c","page_visit_pv":7},` +
		`{"page_path":"b","page_visit_pv":5},{"page_path":"a","entrypage_pv":99}]}`
	expectText(t, "pages", limits{wechat.Page: 2}, []answered{{wechat.EndpointVisitPage, "20170313", answer}}, `
wxapp_page_visits{appid="wxa",page="b",period="day"} 5
wxapp_page_visits{appid="wxa",page="c",period="day"} 7
wxapp_pages_dropped{appid="wxa",period="day"} 2
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="pages"} 1489420800
`)
	expectText(t, "pages", limits{wechat.City: 2}, []answered{{wechat.EndpointVisitPage, "20170313", answer}}, `
wxapp_page_visits{appid="wxa",page="b",period="day"} 5
wxapp_page_visits{appid="wxa",page="c",period="day"} 7
wxapp_page_visits{appid="wxa",page="d",period="day"} 5
wxapp_page_entries{appid="wxa",page="a",period="day"} 99
wxapp_page_entries{appid="wxa",page="d",period="day"} 9
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="pages"} 1489420800
`)
}
