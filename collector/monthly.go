package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// monthlyFamilies show the retention of the dataset monthly. What it has in common with visits is
// shown by the metrics of visits, with another period.
var monthlyFamilies = []*Family{
	{
		Metric: Metric{
			Name: "wxapp_monthly_retention_cohort_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "cohort", "month"},
			Help: "Cohort size: users active the given number of months before the newest month. Filter by cohort and month.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: cohortSizes(wechat.PeriodMonth),
	},
	{
		Metric: Metric{
			Name: "wxapp_monthly_retained_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "cohort", "month"},
			Help: "Users of wxapp_monthly_retention_cohort_users who were active again the given number of months later.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: returnedUsers(wechat.PeriodMonth),
	},
}

func monthlyLabels() []Label {
	return []Label{{"month", integers(wechat.RetentionMonths()), "how many months later the users of a cohort were active again"}}
}
