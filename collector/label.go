package collector

import (
	"fmt"
	"strconv"
	"strings"
)

// Label describes a label of the metrics.
type Label struct {
	Name string
	// Values are all values that it takes, in their order; nil when they come from
	// WeChat or from the settings.
	Values []string
	// Meaning says what the values are, as a part of a sentence in Markdown.
	Meaning string
}

// Markdown returns the values and the meaning of the label for a table.
func (l Label) Markdown() string {
	if len(l.Values) == 0 {
		return l.Meaning
	}
	return "`" + strings.Join(l.Values, "` `") + "`: " + l.Meaning
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

func stringers[T fmt.Stringer](values []T) []string {
	var all []string
	for _, value := range values {
		all = append(all, value.String())
	}
	return all
}

func integers(values []int) []string {
	var all []string
	for _, value := range values {
		all = append(all, strconv.Itoa(value))
	}
	return all
}
