package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// ofSource is the choice of the chart for what a source brings, beside the figures shown.
const ofSource = 6

// chooseSource lets the source be chosen that the chart can show: by a click on it, and at first the
// one with the most sessions.
func chooseSource(l language, d *grafana.Dashboard) {
	v := d.QueryVariable("source", l.text("Source", "来源"), "query_result(sort_desc("+sourceNumbers()+"))")
	v.Regex = `/source="([^"]+)"/`
	v.Sort = 0 // as they are
	v.Hide = grafana.Hidden
}

// sourceNumbers are the sessions of the newest day by source, and the users by platform where the
// dataset is off.
func sourceNumbers() string {
	return orPortrait(series.SourcesDay, "wxapp_source_sessions", "source", "platform")
}

// orPortrait returns a metric by a label, and where there is none the users by a dimension.
func orPortrait(of series.Window, metric, label, dimension string) string {
	known := sumOf(series.Now(), of, metric, label)
	instead := fmt.Sprintf(`label_replace(%s, "%s", "$1", "name", "(.*)")`, named(series.Now(), active("1d").by(dimension)), label)
	return fmt.Sprintf("(%s or (sum by (%s) (%s) unless on () %s))", known, label, instead, known)
}

// chosenSource returns what sourceNumbers does for the chosen source, on each day.
func chosenSource() string {
	a := chosenApps()
	sessions := a.At(series.OnDay(0), series.SourcesDay, func(m series.Moment) string {
		return a.Max(m, []string{"appid", "source"}, "wxapp_source_sessions", series.SourcesDay.Period(), `source="$source"`)
	})
	platform := active("1d").by("platform")
	platform.names = "${source:regex}"
	return fmt.Sprintf(`sum by (source) (%s) or (sum by (source) (label_replace(%s, "source", "$1", "name", "(.*)")) unless on () %s)`,
		sessions, named(series.OnDay(0), platform), a.DataEnd(series.AtEnd(), series.SourcesDay))
}

// drawsSource links a source to the chart of its days.
func (l language) drawsSource() grafana.Property {
	return l.draws(l.text("Draw day by day", "按天显示"), fmt.Sprintf("var-figure=%d&var-source=${__value.raw}", ofSource))
}
