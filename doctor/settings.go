package doctor

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// settingsSteps returns a step per mistake and one per warning, or one that says that all
// is well. Without a mistake one says which part of the apps is looked at, if it is a part. The
// messages say what would be right.
func settingsSteps(found config.Inspection) []Step {
	var steps []Step
	for _, mistake := range found.Mistakes {
		steps = append(steps, failure(settings, same(mistake), text.Both{
			English: "correct this setting; otherwise the exporter does not start",
			Chinese: "请更正该设置，否则采集器无法启动",
		}))
	}
	for _, warned := range found.Warnings {
		steps = append(steps, warning(settings, same(warned), text.Both{}))
	}
	apps, others := len(found.Config.Apps), len(found.Config.OtherApps)
	switch {
	case found.Config.Shard.Divided() && len(found.Mistakes) == 0:
		steps = append(steps, ok(settings, found.Config.Shard.Text(apps, others)))
	case len(steps) == 0:
		steps = append(steps, ok(settings, text.Both{
			English: text.Plural(apps, "app"),
			Chinese: fmt.Sprintf("%d 个小程序", apps),
		}))
	}
	return steps
}
