package archive

import (
	"fmt"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// maxAhead is how far the clock that named an answer may have been ahead of this one.
const maxAhead = 24 * time.Hour

// isAhead reports whether an answer claims to be from the future, or about it.
func isAhead(key poller.AnswerKey, now time.Time) bool {
	return key.Answered.After(now.Add(maxAhead)) || key.Window.End.Begin().After(now.Add(maxAhead))
}

// isTooOld reports whether an answer claims to be from before 2016, or about that time: WeChat has
// no older numbers. A clock that shows such a time is wrong or simulated, and says nothing.
func isTooOld(key poller.AnswerKey, now time.Time) bool {
	first := time.Date(2016, time.January, 1, 0, 0, 0, 0, wechat.InShanghai(now).Location())
	return !now.Before(first) && (key.Answered.Before(first) || key.Window.End.Begin().Before(first))
}

// plausible returns the keys without those of answers that cannot be what their names say, and
// an error that says how many there were. Where all of several are ahead of the clock, it is
// the clock that is wrong.
func plausible(series string, keys []poller.AnswerKey, now time.Time) ([]poller.AnswerKey, error) {
	ahead := func(key poller.AnswerKey) bool { return isAhead(key, now) }
	behind := len(keys) > 1 && !slices.ContainsFunc(keys, func(key poller.AnswerKey) bool { return !ahead(key) })
	all, example := len(keys), ""
	keys = slices.DeleteFunc(keys, func(key poller.AnswerKey) bool {
		wrong := isTooOld(key, now) || !behind && ahead(key)
		if wrong && example == "" {
			example = answerStem(key)
		}
		return wrong
	})
	if ignored := all - len(keys); ignored > 0 {
		return keys, fmt.Errorf("ignored %d of %d answers of %s whose names say a time in the future or before 2016, such as %s; check this machine's clock, and delete or rename them if it is right", ignored, all, series, example)
	}
	return keys, nil
}
