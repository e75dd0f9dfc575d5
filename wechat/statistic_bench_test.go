package wechat

import (
	"fmt"
	"strings"
	"testing"
)

// realisticPortrait writes an answer as large as that of an app with users in all of
// China.
func realisticPortrait() string {
	lists := []struct {
		key, name string
		rows      int
	}{
		{"province", "某某省", 34},
		{"city", "城市", 340},
		{"genders", "性别", 3},
		{"platforms", "platform ", 4},
		{"devices", "OPPO R", 20},
		{"ages", "岁", 7},
	}
	var b strings.Builder
	b.WriteString(`{"ref_date":"20170307-20170313"`)
	for _, metric := range Metrics() {
		fmt.Fprintf(&b, `,"%s":{`, metric)
		for i, list := range lists {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"%s":[`, list.key)
			for n := range list.rows {
				if n > 0 {
					b.WriteByte(',')
				}
				fmt.Fprintf(&b, `{"id":%d,"name":"%s%d","value":%d}`, 3000+n, list.name, n, 100_000/(n+1))
			}
			b.WriteByte(']')
		}
		b.WriteByte('}')
	}
	b.WriteByte('}')
	return b.String()
}

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
		"7d":                    realisticPortrait(),
		EndpointDailyVisitTrend: strings.Replace(sample(t, "visit-trend-recorded.json"), "20210912", "20170313", 1),
		EndpointDailySummary:    sample(t, "summary-documented.json"),
		EndpointVisitDistribution: `{"ref_date":"20170313","list":[{"index":"access_source_session_cnt","item_list":[` + keys(57) +
			`]},{"index":"access_source_visit_uv","item_list":[` + keys(57) + `]},{"index":"access_staytime_info","item_list":[` + keys(8) +
			`]},{"index":"access_depth_info","item_list":[` + keys(7) + `]}]}`,
		EndpointDailyRetention: `{"ref_date":"20170313","visit_uv_new":[` + keys(10) + `],"visit_uv":[` + keys(10) + `]}`,
		EndpointVisitPage:      `{"ref_date":"20170313","list":[` + strings.Join(pages, ",") + `]}`,
	}
}

func BenchmarkDecode(b *testing.B) {
	end := mustDay(b, "20170313")
	for series, text := range longAnswers(b) {
		b.Run(series, func(b *testing.B) {
			s, answer := statistic(b, series), []byte(text)
			b.SetBytes(int64(len(answer)))
			b.ReportAllocs()
			for b.Loop() {
				a, err := s.Decode(answer, s.Window(end))
				if err != nil || a.Empty() || a.Rejected+a.Merged > 0 {
					b.Fatal(a, err)
				}
			}
		})
	}
}
