package collector

// AppendEscaped appends the value of a label as the text formats of Prometheus and
// OpenMetrics write it between quotation marks.
func AppendEscaped(text []byte, value string) []byte {
	appended := 0 // bytes of the value
	for i := range len(value) {
		c := value[i]
		switch c {
		default:
			continue
		case '\n':
			c = 'n'
		case '\\', '"':
		}
		text = append(text, value[appended:i]...)
		text = append(text, '\\', c)
		appended = i + 1
	}
	return append(text, value[appended:]...)
}
