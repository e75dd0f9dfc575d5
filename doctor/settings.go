package doctor

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// settingsSteps returns a step per mistake and one per warning, or one that says that all
// is well. The messages say what would be right.
func settingsSteps(found config.Inspection) []Step {
	var steps []Step
	for _, mistake := range found.Mistakes {
		steps = append(steps, failure(settings, same(mistake), wechat.Text{
			English: "correct this setting: the exporter does not start with it",
			Chinese: "请更正该设置，否则采集器无法启动",
		}))
	}
	for _, text := range found.Warnings {
		steps = append(steps, warning(settings, same(text), wechat.Text{}))
	}
	if len(steps) == 0 {
		apps := len(found.Config.Apps)
		steps = append(steps, ok(settings, wechat.Text{
			English: plural(apps, "app"),
			Chinese: fmt.Sprintf("%d 个小程序", apps),
		}))
	}
	return steps
}

// plural returns a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%s %ss", grouped(int64(n)), noun)
}

// grouped returns a number with commas between its thousands.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
