package collector

import (
	"slices"
	"strconv"
	"unique"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Numbers are the numbers of an answer that are shown: the lists of a portrait, or figures.
// The zero Numbers are none. Numbers are never changed.
type Numbers struct {
	lists   []list // those of the dimensions, in the order of dimensions and metrics
	figures []figure
}

// figure is the value of one series. Its labels are those of the metric without the appid.
type figure struct {
	family *Family
	labels [2]unique.Handle[string]
	value  float64
}

// NewNumbers returns the numbers of an answer that are shown. Of a portrait they are the
// lists of the dimensions; a dimension, and the pages, are cut to the names with the most users
// or visits if top has a limit for them.
func NewNumbers(s wechat.Statistic, answer *wechat.Answer, dimensions []wechat.Dimension, top map[wechat.Dimension]int) Numbers {
	if portrait, ok := answer.Numbers.(wechat.Portrait); ok {
		return Numbers{lists: newLists(portrait, dimensions, top)}
	}
	limited := limitPages(answer.Numbers, top)
	var all []figure
	for _, family := range families {
		if family.figures == nil {
			continue
		}
		family.figures(s, limited, func(value float64, labels ...string) {
			added := figure{family: family, value: value}
			for i, label := range labels {
				added.labels[i] = unique.Make(label)
			}
			all = append(all, added)
		})
	}
	return Numbers{figures: slices.Clip(all)}
}

// eachFigure emits the figures of a metric.
func (s *Snapshot) eachFigure(family *Family, add adder) {
	labels := make([]string, len(family.Labels))
	for _, dataset := range s.Datasets {
		for _, held := range dataset.Held {
			for _, figure := range held.Numbers.figures {
				if figure.family != family {
					continue
				}
				labels[0] = s.App.ID
				for i := range labels[1:] {
					labels[i+1] = figure.labels[i].Value()
				}
				add(figure.value, labels...)
			}
		}
	}
}

// Figure is a value of a metric and its labels without the appid, in their order.
type Figure struct {
	Labels []string
	Value  float64
}

// Figures returns the values of a metric that is not about the user portrait, in the order of the
// answer.
func (n Numbers) Figures(metric string) []Figure {
	var all []Figure
	for _, figure := range n.figures {
		if figure.family.Name != metric {
			continue
		}
		labels := make([]string, len(figure.family.Labels)-1)
		for i := range labels {
			labels[i] = figure.labels[i].Value()
		}
		all = append(all, Figure{labels, figure.value})
	}
	return all
}

// With returns the numbers and those of another page of the same answer. A series that both have
// keeps its value.
func (n Numbers) With(page Numbers) Numbers {
	all := slices.Clone(n.figures)
	for _, added := range page.figures {
		if !slices.ContainsFunc(n.figures, func(f figure) bool { return f.family == added.family && f.labels == added.labels }) {
			all = append(all, added)
		}
	}
	return Numbers{n.lists, all}
}

// after returns the figures about the users of a cohort who came again after a number of days,
// weeks or months.
func (n Numbers) after(number int) Numbers {
	text := unique.Make(strconv.Itoa(number))
	var some Numbers
	for _, figure := range n.figures {
		if figure.labels[1] == text {
			some.figures = append(some.figures, figure)
		}
	}
	return some
}

// UpTo returns the figures about the users of a cohort who came again after at most a number
// of days, weeks or months.
func (n Numbers) UpTo(number int) Numbers {
	return Numbers{figures: slices.DeleteFunc(slices.Clone(n.figures), func(of figure) bool {
		after, err := strconv.Atoi(of.labels[1].Value())
		return err != nil || after > number
	})}
}

// Empty reports whether nothing is shown.
func (n Numbers) Empty() bool { return len(n.lists)+len(n.figures) == 0 }

// Equal reports whether the same is shown.
func (n Numbers) Equal(other Numbers) bool {
	return slices.Equal(n.figures, other.figures) && slices.EqualFunc(n.lists, other.lists, list.equal)
}
