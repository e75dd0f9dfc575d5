package collector

import "strings"

// AppendEscaped appends the value of a label as the text formats of Prometheus and
// OpenMetrics write it between quotation marks.
func AppendEscaped(text []byte, value string) []byte {
	for {
		i := strings.IndexAny(value, "\\\"\n")
		if i < 0 {
			return append(text, value...)
		}
		text = append(text, value[:i]...)
		switch value[i] {
		case '\n':
			text = append(text, `\n`...)
		default:
			text = append(text, '\\', value[i])
		}
		value = value[i+1:]
	}
}
