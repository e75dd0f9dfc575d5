package web

import (
	"strconv"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// fact is a line about a part of the exporter.
type fact struct {
	Name, Text string
	Detail     string // text from outside
	Class      string
}

// facts returns which shard this is, and the state of the archive and of the push.
func (s *Site) facts(language text.Language) []fact {
	say := language.Say
	archived := fact{Name: say("Archive", "归档"), Text: say("works; nothing is waiting", "正常，没有待写入的数据"), Class: "good"}
	if s.Archive == nil || s.Archive().None {
		archived.Text, archived.Class = say("off: a restart loses the numbers", "未启用：重启后数据丢失"), "warn"
	} else if state := s.Archive(); state.Lost+state.Pending+state.Apps > 0 {
		archived.Class, archived.Detail = "bad", state.Failure
		if state.Lost > 0 {
			archived.Text = say(strconv.Itoa(state.Lost)+" answers lost, ", "已丢失 "+strconv.Itoa(state.Lost)+" 份数据，")
		} else {
			archived.Text = ""
		}
		archived.Text += say(strconv.Itoa(state.Pending)+" waiting to be written; retried every 30 s", strconv.Itoa(state.Pending)+" 份待写入；每 30 秒重试")
	}
	pushed := fact{Name: say("OpenTelemetry push", "OpenTelemetry 推送"), Text: say("off", "未启用"), Class: "off"}
	if push := s.pushStatus(); push.Endpoint != "" {
		pushed.Detail = push.Endpoint
		switch {
		case push.Failure != "":
			pushed.Text, pushed.Detail, pushed.Class = say("failing; last success: ", "失败；上次成功：")+minute(push.LastSuccess), push.Endpoint+": "+push.Failure, "bad"
		case push.LastSuccess.IsZero():
			pushed.Text, pushed.Class = say("the first push has not finished", "首次推送尚未完成"), "wait"
		default:
			pushed.Text, pushed.Class = say("works; last success: ", "正常；上次成功：")+minute(push.LastSuccess), "good"
		}
	}
	facts := []fact{archived, pushed}
	if shard := s.shardText().In(language); shard != "" {
		facts = append([]fact{{Name: say("Shard", "分片"), Text: shard, Class: "good"}}, facts...)
	}
	return facts
}
