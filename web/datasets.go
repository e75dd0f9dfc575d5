package web

import (
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// datasetLines returns what is known of each dataset beside the user portrait.
func datasetLines(s *collector.Snapshot, language text.Language, now time.Time) []rangeLine {
	var lines []rangeLine
	for _, dataset := range s.Datasets {
		line := rangeLine{Range: datasetName(dataset.Name).In(language), Day: "–", Age: "–"}
		if !dataset.End.IsZero() {
			line.Day, line.Age = dataset.End.DateOnly(), span(now.Sub(dataset.End.Add(1).Begin()), language)
			if dataset.Withdrawn {
				line.Age += language.Say(", withdrawn", "，已停止展示")
			}
		}
		if asked := lastQuestion(dataset); asked != nil {
			question := *asked
			if question.Outcome == collector.OutcomeData && !dataset.End.IsZero() {
				question.Window.End = dataset.End // that of retention is about users of an earlier day
			}
			line.Outcome, line.At, line.Class = outcomeText(question).In(language), minute(question.At), outcomeClass(question)
		}
		lines = append(lines, line)
	}
	return lines
}

// lastQuestion returns the last question about a dataset that failed, or else the last one.
func lastQuestion(d collector.Dataset) *collector.Question {
	var last *collector.Question
	for _, statistic := range d.Statistics {
		asked := statistic.Asked
		switch {
		case asked == nil:
		case last == nil,
			asked.Failure != nil && last.Failure == nil,
			(asked.Failure != nil) == (last.Failure != nil) && asked.At.After(last.At):
			last = asked
		}
	}
	return last
}

// failuresOf returns the failures of an app and of its datasets.
func failuresOf(s *collector.Snapshot) []*wechat.Error {
	failures := slices.Clone(s.Failures)
	for _, dataset := range s.Datasets {
		if !s.NoPortrait { // otherwise they are those of the app
			failures = append(failures, dataset.Failures...)
		}
	}
	return failures
}

// datasetName returns the name of a dataset in words.
func datasetName(name string) text.Both {
	switch name {
	case "visits":
		return text.Both{English: "visits", Chinese: "访问"}
	case "sources":
		return text.Both{English: "sources", Chinese: "来源"}
	case "retention":
		return text.Both{English: "retention", Chinese: "留存"}
	case "pages":
		return text.Both{English: "pages", Chinese: "页面"}
	default:
		return text.Both{English: name, Chinese: name}
	}
}
