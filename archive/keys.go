package archive

import (
	"path"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The layout, the same in a folder and in a bucket:
//
//	archive.json                         the version of the layout
//	APPID/state.json                     what the poller knows of the app
//	APPID/SERIES/END_ANSWERED.json.gz    an answer as WeChat sent it, compressed by gzip
//
// SERIES is that of a wechat.Statistic: the range of a user portrait, such as 7d, or the
// endpoint of another statistic, such as daily_visit_trend. END is the last day of the window,
// as yyyymmdd. ANSWERED is the time in UTC at which the answer came; the time at which it was
// asked for is in the comment of the gzip header. Answers of earlier versions have no .gz and
// are not compressed.
const (
	versionKey = "archive.json"
	plain      = ".json"
	packed     = ".json.gz"
)

// answeredLayout is the form of times in keys: to the nanosecond, and free of
// characters that a file system may refuse.
const answeredLayout = "20060102T150405.000000000Z"

func stateKey(appid string) string { return path.Join(appid, "state.json") }

// answerKey returns the key of an answer, with the extension of its form.
func answerKey(appid string, key poller.AnswerKey, extension string) string {
	return path.Join(appid, key.Series, answerStem(key)+extension)
}

// answerStem returns the name of an answer without its extension.
func answerStem(key poller.AnswerKey) string {
	return key.Window.End.String() + "_" + key.Answered.UTC().Format(answeredLayout)
}

// justBefore returns the text behind which the names of the answers stand that are about windows
// that end on a day or later.
func justBefore(day wechat.Day) string {
	if day.IsZero() {
		return ""
	}
	return day.String() // and their names go on behind it
}

// parseAnswerName returns the key of an answer to a statistic from its name, and whether it is
// the name of an answer.
func parseAnswerName(name string, statistic wechat.Statistic) (poller.AnswerKey, bool) {
	stem, ok := strings.CutSuffix(name, packed)
	if !ok {
		if stem, ok = strings.CutSuffix(name, plain); !ok {
			return poller.AnswerKey{}, false
		}
	}
	day, moment, _ := strings.Cut(stem, "_")
	end, dayErr := wechat.ParseDay(day)
	answered, timeErr := time.Parse(answeredLayout, moment)
	key := poller.AnswerKey{Series: statistic.Series(), Window: statistic.Window(end), Answered: answered}
	// Parsing takes other spellings, too, under which the answer would not be found.
	return key, dayErr == nil && timeErr == nil && stem == answerStem(key)
}
