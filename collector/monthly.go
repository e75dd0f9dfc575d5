package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// monthlyFamilies show the retention of the dataset monthly. What it has in common with visits is
// shown by the metrics of visits, with another period.
var monthlyFamilies = []*Family{
	ofAnswer(gauge("wxapp_monthly_retention_cohort_users", "{user}",
		"Cohort size: users active the given number of months before the newest month. Filter by cohort and month.", "appid", "cohort", "month"),
		cohortSizes(wechat.PeriodMonth)),
	ofAnswer(gauge("wxapp_monthly_retained_users", "{user}",
		"Users of wxapp_monthly_retention_cohort_users who were active again the given number of months later.", "appid", "cohort", "month"),
		returnedUsers(wechat.PeriodMonth)),
}

func monthlyLabels() []Label {
	return []Label{{"month", integers(wechat.RetentionMonths()), "how many months later the users of a cohort were active again"}}
}
