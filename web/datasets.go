package web

import (
	"slices"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// rangeLine is what is known of a range of the user portrait, or of another dataset.
type rangeLine struct {
	Range, Day, Age, Outcome, At string
	Class                        string
}

// says reports whether a line says the same as another one.
func (l rangeLine) says(other rangeLine) bool {
	return l.Day == other.Day && l.Age == other.Age && l.Outcome == other.Outcome && l.Class == other.Class
}

// rangeLines returns what is known of each dataset, those of which the same is known together.
func rangeLines(s *collector.Snapshot, language text.Language, now time.Time) []rangeLine {
	var merged []rangeLine
	for _, line := range seriesLines(s, language, now) {
		if i := slices.IndexFunc(merged, line.says); i >= 0 {
			merged[i].Range += language.Say(", ", "、") + line.Range
			merged[i].At = max(merged[i].At, line.At)
			continue
		}
		merged = append(merged, line)
	}
	return merged
}

// seriesLines returns what is known of each dataset, of the user portrait by range. A range that
// was neither answered nor asked for is left out.
func seriesLines(s *collector.Snapshot, language text.Language, now time.Time) []rangeLine {
	var lines []rangeLine
	for _, dataset := range s.Datasets {
		if dataset.Name != wechat.UserPortrait {
			lines = append(lines, datasetLine(s, dataset, language, now))
			continue
		}
		for _, length := range wechat.PortraitRanges() {
			of := ofSeries(dataset, length.String())
			if len(of.Held)+len(of.Asked) > 0 {
				line := datasetLine(s, of, language, now)
				line.Range = rangeName(length, language)
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// ofSeries returns the part of a dataset that is about one series.
func ofSeries(d collector.Dataset, series string) collector.Dataset {
	part := collector.Dataset{Name: d.Name}
	for _, held := range d.Held {
		if held.Series == series {
			part.Held, part.End = append(part.Held, held), held.End
		}
	}
	for _, asked := range d.Asked {
		if asked.Series == series {
			part.Asked = append(part.Asked, asked)
		}
	}
	return part
}

func datasetLine(s *collector.Snapshot, d collector.Dataset, language text.Language, now time.Time) rangeLine {
	line := rangeLine{Range: datasetName(d.Name).In(language), Day: "–", Age: "–"}
	if !d.End.IsZero() {
		line.Day, line.Age = d.End.DateOnly(), span(now.Sub(d.End.Add(1).Begin()), language)
		if d.Withdrawn() {
			line.Age += text.Both{English: ", withdrawn", Chinese: "，已停止展示"}.In(language)
		}
	}
	question, ok := lastQuestion(d)
	if ok {
		if question.Outcome == collector.OutcomeData && !d.End.IsZero() {
			question.Window.End = d.End // that of retention is about users of an earlier day
		}
		line.Outcome, line.At, line.Class = outcomeText(question).In(language), minute(question.At), outcomeClass(question)
	}
	if d.End.IsZero() && (!ok || question.Outcome == collector.OutcomeNotReady) {
		line.Outcome = whyMissing(s, d, language, now)
	}
	return line
}

// seriesName names a part of a dataset: a range of the user portrait, or else the dataset.
func seriesName(d collector.Dataset, series string, language text.Language) string {
	if length, err := wechat.ParseRange(series); err == nil {
		return rangeName(length, language)
	}
	return datasetName(d.Name).In(language)
}

// lastQuestion returns the last question about a dataset that failed, or else the last one; false
// if there was none.
func lastQuestion(d collector.Dataset) (last collector.Question, ok bool) {
	for _, asked := range d.Asked {
		if !ok || asked.Failure != nil && last.Failure == nil ||
			(asked.Failure != nil) == (last.Failure != nil) && asked.At.After(last.At) {
			last, ok = asked, true
		}
	}
	return last, ok
}

// failuresOf returns the failures of all datasets of an app.
func failuresOf(s *collector.Snapshot) []*wechat.Error {
	var failures []*wechat.Error
	for _, dataset := range s.Datasets {
		failures = append(failures, dataset.Failures...)
	}
	return failures
}

// datasetName returns the name of a dataset in words.
func datasetName(name string) text.Both {
	dataset, _ := wechat.DatasetNamed(name)
	return dataset.Title
}

// outcomeText says how the last question about a range ended.
func outcomeText(q collector.Question) text.Both {
	day := strings.TrimPrefix(q.Window.End.DateOnly(), "20")
	day = day[strings.Index(day, "-")+1:]
	switch q.Outcome {
	case collector.OutcomeData:
		return text.Both{English: "numbers of " + day, Chinese: day + " 有数据"}
	case collector.OutcomeEmpty:
		return text.Both{English: day + " is empty", Chinese: day + " 为空"}
	case collector.OutcomeNotReady:
		return text.Both{English: day + " not published yet", Chinese: day + " 尚未发布"}
	case collector.OutcomeUnavailable:
		return text.Both{English: day + " not available", Chinese: day + " 无数据可用"}
	case collector.OutcomeFailed:
		if q.Failure != nil {
			return reasonText(q.Failure.Reason)
		}
	}
	return text.Both{English: "failed", Chinese: "失败"}
}

func outcomeClass(q collector.Question) string {
	if q.Outcome == collector.OutcomeFailed {
		if q.Failure != nil {
			return classOf(q.Failure.Reason)
		}
		return "warn"
	}
	return ""
}
