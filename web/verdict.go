package web

import (
	"slices"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// verdict says in one sentence how everything is. The worst counts.
type verdict struct {
	Class string
	Text  string
	// Detail is text from outside that belongs to it.
	Detail string
}

// census counts the apps by condition.
type census struct {
	apps      int // that are known or configured
	in        map[condition]int
	yesterday int // that are healthy and have yesterday's numbers
	reasons   map[wechat.Reason]int
}

func count(snapshots []*collector.Snapshot, configured int, now time.Time) census {
	c := census{apps: max(configured, len(snapshots)), in: map[condition]int{}, reasons: map[wechat.Reason]int{}}
	for _, snapshot := range snapshots {
		state := conditionOf(snapshot, now)
		c.in[state]++
		if state == healthy && hasYesterday(snapshot, now) {
			c.yesterday++
		}
		if state != needsPerson && state != failing {
			continue
		}
		counted := map[wechat.Reason]bool{}
		for _, failure := range snapshot.Failures {
			if !counted[failure.Reason] && failure.Reason.NeedsPerson() == (state == needsPerson) {
				counted[failure.Reason] = true
				c.reasons[failure.Reason]++
			}
		}
	}
	c.in[starting] += c.apps - len(snapshots)
	return c
}

// judge returns the verdict on all apps, the archive and the push.
func (s *Site) judge(c census, language text.Language) verdict {
	say := language.Say
	all := text.Grouped(int64(c.apps))
	of := func(state condition) string {
		n := text.Grouped(int64(c.in[state]))
		switch {
		case c.apps == 1:
			return say("The app", "该小程序")
		case c.in[state] == c.apps:
			return say("All %s apps", "全部 %s 个小程序", all)
		case c.in[state] == 1:
			return say("1 of %s apps", "%[1]s 个小程序中有 1 个", all)
		default:
			return say("%[1]s of %[2]s apps", "%[2]s 个小程序中有 %[1]s 个", n, all)
		}
	}
	one := func(state condition, singular, plural string) string {
		if c.in[state] == 1 {
			return singular
		}
		return plural
	}
	archive := collector.ArchiveStatus{None: true}
	if s.Archive != nil {
		archive = s.Archive()
	}
	switch {
	case c.apps == 0 && s.Shard.Divided():
		return verdict{"good", say("This shard has no apps: there are few apps for so many shards.", "该分片没有小程序：小程序较少，而分片较多。"), ""}
	case c.apps == 0:
		return verdict{"wait", say("No app is configured.", "没有配置任何小程序。"), ""}
	case c.in[needsPerson] > 0:
		reasons := c.reasonsIn(needsPerson, language)
		return verdict{"bad", say("%s "+one(needsPerson, "requires", "require")+" action: %s.", "%s需要人工处理：%s。", of(needsPerson), reasons), ""}
	case archive.Lost == 0 && archive.Pending > 0 && archive.Spooled:
		return verdict{"bad", say("The archive cannot be written: %d answers are waiting in the spool.",
			"归档无法写入：%d 份数据在暂存目录中等待。", archive.Pending), archive.Failure}
	case archive.Lost > 0 || archive.Pending > 0:
		return verdict{"bad", say("The archive cannot be written: %d answers are waiting in memory, and a crash would lose them.",
			"归档无法写入：%d 份数据只在内存中，进程崩溃会丢失。", archive.Pending), archive.Failure}
	case archive.Apps > 0:
		return verdict{"bad", say("The archive of %d apps cannot be read or written.", "%d 个小程序的归档无法读写。", archive.Apps), archive.Failure}
	case c.in[failing] > 0:
		return verdict{"warn", say("%s "+one(failing, "is", "are")+" failing and will be retried: %s.", "%s失败，将自动重试：%s。",
			of(failing), c.reasonsIn(failing, language)), ""}
	case c.in[behind] > 0:
		return verdict{"warn", say("%s "+one(behind, "is", "are")+" behind: the newest data is more than two days old.", "%s数据滞后：最新数据早于前天。", of(behind)), ""}
	case s.pushStatus().Failure != "":
		return verdict{"warn", say("The apps work, but the push to the OpenTelemetry receiver is failing.", "小程序正常，但向 OpenTelemetry 接收端推送失败。"), s.pushStatus().Failure}
	case c.in[starting] > 0:
		return verdict{"wait", say("Starting: the first poll of %s of %s apps has not finished.", "正在启动：%[2]s 个小程序中有 %[1]s 个尚未完成首次轮询。", text.Grouped(int64(c.in[starting])), all), ""}
	case c.in[waiting] > 0:
		return verdict{"good", say("Healthy; %s "+one(waiting, "waits", "wait")+" for WeChat to publish newer numbers.", "运行正常；%s在等待微信发布新数据。", lower(of(waiting), language)), ""}
	case c.yesterday < c.in[healthy]:
		return verdict{"good", say("Healthy: %s "+one(healthy, "has", "have")+" the newest numbers that WeChat has published.", "运行正常：%s已有微信发布的最新数据。", lower(of(healthy), language)), ""}
	default:
		return verdict{"good", say("Healthy: %s "+one(healthy, "has", "have")+" yesterday's numbers.", "运行正常：%s已有昨天的数据。", lower(of(healthy), language)), ""}
	}
}

// lower begins words that follow others with a small letter.
func lower(words string, language text.Language) string {
	if language == text.English && len(words) > 0 && words[0] >= 'A' && words[0] <= 'Z' {
		return string(words[0]+'a'-'A') + words[1:]
	}
	return words
}

// reasonsIn names the reasons of failures, the most frequent first.
func (c census) reasonsIn(state condition, language text.Language) string {
	var reasons []wechat.Reason
	for reason := range c.reasons {
		if reason.NeedsPerson() == (state == needsPerson) {
			reasons = append(reasons, reason)
		}
	}
	slices.SortFunc(reasons, func(a, b wechat.Reason) int {
		if c.reasons[a] != c.reasons[b] {
			return c.reasons[b] - c.reasons[a]
		}
		return strings.Compare(string(a), string(b))
	})
	named := ""
	for i, reason := range reasons {
		if i > 0 {
			named += language.Say(", ", "、")
		}
		named += reasonText(reason).In(language)
		if c.in[state] > 1 && len(reasons) > 1 {
			named += language.Say(" (%d)", "（%d 个）", c.reasons[reason])
		}
	}
	return named
}

// usersVerdict says how many apps had as many users as usual on their newest day. It is empty if no
// app can be judged.
func usersVerdict(snapshots []*collector.Snapshot, language text.Language) string {
	judged := map[judgment]int{}
	for _, snapshot := range snapshots {
		judged[judgmentOf(snapshot)]++
	}
	var parts []string
	for _, part := range []struct {
		judgment judgment
		words    text.Both
	}{
		{below, text.Both{English: "%d fewer than usual", Chinese: "%d 个低于往常"}},
		{asUsual, text.Both{English: "%d as many as usual", Chinese: "%d 个与往常相当"}},
		{above, text.Both{English: "%d more than usual", Chinese: "%d 个高于往常"}},
	} {
		if n := judged[part.judgment]; n > 0 {
			parts = append(parts, language.Say(part.words.English, part.words.Chinese, n))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return language.Say("Apps by users on their newest day: ", "各小程序最新一天的用户数：") + strings.Join(parts, language.Say(", ", "，"))
}
