package collector

import (
	"slices"
	"strconv"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// retentionFamilies show the dataset retention.
var retentionFamilies = []*Family{
	ofAnswer(gauge("wxapp_retention_cohort_users", "{user}",
		"Cohort size: users active the given number of days before the newest day. Filter by cohort and day.", "appid", "cohort", "day"),
		cohortSizes(wechat.PeriodDay)),
	ofAnswer(gauge("wxapp_retained_users", "{user}",
		"Users of wxapp_retention_cohort_users who were active again the given number of days later.", "appid", "cohort", "day"),
		returnedUsers(wechat.PeriodDay)),
}

func retentionLabels() []Label {
	return []Label{
		{"cohort", []string{cohortActive, cohortNew}, "all users of a day, or those who came for the first time"},
		{"day", integers(wechat.RetentionDays()), "after how many days users returned"},
	}
}

// The values of the label cohort.
const (
	cohortActive = "active"
	cohortNew    = "new"
)

// cohortSizes returns the figures that tell how large the cohorts of a period are, for each
// number of periods after which WeChat tells who came again.
func cohortSizes(p wechat.Period) figures {
	return cohortFigures(p, func(size, _ *wechat.KeyCount) *wechat.KeyCount { return size })
}

// returnedUsers returns the figures that tell how many of a cohort came again.
func returnedUsers(p wechat.Period) figures {
	return cohortFigures(p, func(_, returned *wechat.KeyCount) *wechat.KeyCount { return returned })
}

// cohortFigures returns the figures of a cohort: one of its size, which may be unknown, and of
// the number of users who came again.
func cohortFigures(p wechat.Period, choose func(size, returned *wechat.KeyCount) *wechat.KeyCount) figures {
	return figuresOf(func(s wechat.Statistic, r wechat.Retention, add adder) {
		if s.Period != p {
			return
		}
		for _, of := range []struct {
			cohort string
			counts []wechat.KeyCount
		}{{cohortActive, r.Active}, {cohortNew, r.New}} {
			var size *wechat.KeyCount
			if i := slices.IndexFunc(of.counts, func(c wechat.KeyCount) bool { return c.Key == 0 }); i >= 0 {
				size = &of.counts[i]
			}
			for _, returned := range of.counts {
				if !slices.Contains(s.Cohorts, int(returned.Key)) {
					continue
				}
				if chosen := choose(size, &returned); chosen != nil {
					add(float64(chosen.Count), of.cohort, strconv.FormatInt(returned.Key, 10))
				}
			}
		}
	})
}
