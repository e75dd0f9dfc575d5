package backfill

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// spans is what an archive has of a statistic whose answers are about several days each: those of
// an exporter about the last few, those of a backfill about long spans. Names of answers have only
// the last day.
type spans struct {
	covered map[wechat.Day]bool
	// torn are the answers of a backfill of which pages are missing, by their last day, and when
	// they came: a backfill ended while it wrote them. They are completed under their names.
	torn map[wechat.Day]time.Time
}

// readSpans finds out what an archive has, given the keys of its answers.
func (j Job) readSpans(ctx context.Context, appid string, statistic wechat.Statistic, keys []poller.AnswerKey) (spans, error) {
	s := spans{map[wechat.Day]bool{}, map[wechat.Day]time.Time{}}
	for _, key := range keys {
		window := key.Window
		if isLate(statistic, key) {
			window = statistic.Past().Window(window.End)
			if slices.ContainsFunc(keys, func(other poller.AnswerKey) bool {
				return other.SharesAnswer(key) && other.Answered.After(key.Answered)
			}) {
				continue // it is not the first page
			}
			whole, err := j.isWhole(ctx, appid, statistic, key, keys)
			if err != nil {
				return s, err
			}
			if !whole {
				s.torn[window.End] = key.Answered
				continue
			}
			delete(s.torn, window.End)
		}
		for day := window.FirstDay(); !day.After(window.End); day = day.Add(1) {
			s.covered[day] = true
		}
	}
	return s, nil
}

// isLate reports whether an answer came when its window was not the newest any more, which is the
// only one that an exporter asks for. What was asked before midnight may come after it.
func isLate(statistic wechat.Statistic, key poller.AnswerKey) bool {
	return statistic.Newest(wechat.DayOf(key.Answered.Add(-time.Hour))).End.After(key.Window.End)
}

// isWhole reports whether the archive has all pages of an answer, given the key of the first one
// and all keys.
func (j Job) isWhole(ctx context.Context, appid string, statistic wechat.Statistic, first poller.AnswerKey, keys []poller.AnswerKey) (bool, error) {
	content, err := j.Archive.Answer(ctx, appid, first)
	if err != nil {
		return false, notDamaged(err)
	}
	answer, err := statistic.Decode(content, first.Window)
	if err != nil {
		return false, nil //nolint:nilerr // it is damaged
	}
	pages := 0
	for _, key := range keys {
		if key.SharesAnswer(first) {
			pages++
		}
	}
	return pages >= answer.Pages(), nil
}

// notDamaged returns an error unless it is that of an answer that is damaged.
func notDamaged(err error) error {
	if errors.Is(err, poller.ErrDamaged) {
		return nil
	}
	return err
}

// has reports whether the archive has all days of a window.
func (s spans) has(w wechat.Window) bool {
	for day := w.FirstDay(); !day.After(w.End); day = day.Add(1) {
		if !s.covered[day] {
			return false
		}
	}
	return true
}
