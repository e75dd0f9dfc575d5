package wechat

import (
	"fmt"
	"strings"
	"testing"
)

// longAnswers are answers as long as those of a busy app.
func longAnswers(t testing.TB) map[string]string {
	keys := func(n int) string {
		rows := make([]string, n)
		for i := range rows {
			rows[i] = fmt.Sprintf(`{"key":%d,"value":%d}`, i+1, 100_000/(i+1))
		}
		return strings.Join(rows, ",")
	}
	pages := make([]string, 200)
	for i := range pages {
		pages[i] = fmt.Sprintf(`{"page_path":"pages/category%d/index.html","page_visit_pv":%d,"page_visit_uv":%d,"page_staytime_pv":%d.139198,`+
			`"entrypage_pv":%d,"exitpage_pv":%d,"page_share_pv":180,"page_share_uv":166}`, i, 200_000/(i+1), 50_000/(i+1), i, 1000/(i+1), 1000/(i+1))
	}
	return map[string]string{
		EndpointDailyVisitTrend: sample(t, "visit-trend-recorded.json"),
		EndpointDailySummary:    sample(t, "summary-documented.json"),
		EndpointVisitDistribution: `{"ref_date":"20170313","list":[{"index":"access_source_session_cnt","item_list":[` + keys(57) +
			`]},{"index":"access_source_visit_uv","item_list":[` + keys(57) + `]},{"index":"access_staytime_info","item_list":[` + keys(8) +
			`]},{"index":"access_depth_info","item_list":[` + keys(7) + `]}]}`,
		EndpointDailyRetention: `{"ref_date":"20170313","visit_uv_new":[` + keys(10) + `],"visit_uv":[` + keys(10) + `]}`,
		EndpointVisitPage:      `{"ref_date":"20170313","list":[` + strings.Join(pages, ",") + `]}`,
	}
}

func BenchmarkDecodeReport(b *testing.B) {
	day := mustDay(b, "20170313")
	for endpoint, text := range longAnswers(b) {
		b.Run(endpoint, func(b *testing.B) {
			s, answer := statistic(b, endpoint), []byte(text)
			b.SetBytes(int64(len(answer)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := s.Decode(answer, day)
				if err != nil || r.Empty() || r.Rejected+r.Merged > 0 {
					b.Fatal(r, err)
				}
			}
		})
	}
}
