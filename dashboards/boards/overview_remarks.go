package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// remarks is what stands behind the name of a tile, and someApps the part of it that needs words.
const (
	remarks  = "{{day}}{{apps}}"
	someApps = `(.+\d+/\d+)`
)

// remarked gives a single number over time, that of the newest day of a dataset, what has to be said
// of it in a tile below the newest day of the portrait: that it is of another day, and of how many of
// the chosen apps, where some do not have that day.
func remarked(query string, of series.Window) string {
	a := chosenApps()
	ends := a.LastEnd(series.AtEnd(), of)
	end := "max(" + ends + ")"
	another := fmt.Sprintf(`label_replace(count_values("day", (1e4 + 100 * month(%s - 1) + day_of_month(%s - 1)) and %s != max(%s)), "day", " · $1-$2", "day", ".(..)(..)")`,
		end, end, end, a.LastEnd(series.AtEnd(), "1d"))
	some, all := fmt.Sprintf("count(%s == on () group_left () %s)", ends, end), fmt.Sprintf("count(%s)", ends)
	missing := fmt.Sprintf(`label_join(count_values("some", %s < %s) * on () group_left (all) count_values("all", %s), "apps", "/", "some", "all")`, some, all, all)
	return fmt.Sprintf(`%s * on () group_left (day) (%s or on () vector(1)) * on () group_left (apps) (label_replace(%s, "apps", " · $1", "apps", "(.+)") or on () vector(1))`,
		query, another, missing)
}
