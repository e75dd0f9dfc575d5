package export_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/export"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// An empty answer about a dataset does not take the place of numbers, wherever a slice begins,
// and is no success.
func TestEmptyAnswersOfDatasets(t *testing.T) {
	const nothing = `{"list":[]}`
	o := datasetsOf(t, map[poller.AnswerKey]string{
		answerOf(t, wechat.EndpointVisitPage, 22, "23 10:00:00"): `{"list":[{"page_path":"a","page_visit_pv":1}]}`,
		answerOf(t, wechat.EndpointVisitPage, 22, "23 20:00:00"): nothing,
		answerOf(t, wechat.EndpointVisitPage, 23, "24 12:00:00"): nothing,
	})
	o.Every = 8 * time.Hour
	e := newExport(t, o)
	for _, test := range []struct {
		span   export.Span
		series string
		want   string
	}{
		{day(t, "24"), `wxapp_page_visits{appid="` + appid + `",page="a",period="day"} `, "1 1795449600, 1 1795478400"},
		{
			export.Span{From: day(t, "23").From, To: day(t, "24").To},
			`wxapp_last_success_timestamp_seconds{appid="` + appid + `"} `,
			"1795399200 1795399200, 1795399200 1795420800, 1795399200 1795449600, 1795399200 1795478400, 1795399200 1795492800, 1795399200 1795507200",
		},
	} {
		var got []string
		for line := range strings.Lines(written(t, e, test.span)) {
			if sample, ok := strings.CutPrefix(line, test.series); ok {
				got = append(got, strings.TrimSpace(sample))
			}
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: got  %s\nwant %s", test.series, strings.Join(got, ", "), test.want)
		}
	}
}
