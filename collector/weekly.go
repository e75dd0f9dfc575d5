package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// weeklyFamilies show the retention of the dataset weekly. What it has in common with visits is
// shown by the metrics of visits, with another period.
var weeklyFamilies = []*Family{
	ofAnswer(gauge("wxapp_weekly_retention_cohort_users", "{user}",
		"Cohort size: users active the given number of weeks before the newest week. Filter by cohort and week.", "appid", "cohort", "week"),
		cohortSizes(wechat.PeriodWeek)),
	ofAnswer(gauge("wxapp_weekly_retained_users", "{user}",
		"Users of wxapp_weekly_retention_cohort_users who were active again the given number of weeks later.", "appid", "cohort", "week"),
		returnedUsers(wechat.PeriodWeek)),
}

func weeklyLabels() []Label {
	return []Label{{"week", integers(wechat.RetentionWeeks()), "how many weeks later the users of a cohort were active again"}}
}
