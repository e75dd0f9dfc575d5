package export

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Arguments are the arguments of the command export.
type Arguments struct {
	Output       string // a folder; empty: standard output
	From, To     time.Time
	Slice, Every time.Duration
	Apps         []string // empty: all
	Labels       []Label
}

// maxSlice bounds what promtool reads at once: it reads a file again for every two hours
// that are in it.
const maxSlice = 31 * 24 * time.Hour

// Define adds the arguments of the command to a set. What it returns is for after they are
// parsed. The error has a line for each mistake, and none shows a value.
func Define(set *arguments.Set) (parsed func() (Arguments, error)) {
	output := set.Text("output", arguments.Folder, "", "write a file per slice into this folder. One that is there is skipped, so that a stopped export continues. Without it, one slice at most is written to standard output.")
	from := set.Text("from", "DAY", "", "begin with this day in Shanghai, such as 2026-11-24, or at a time such as 2026-11-24T10:00:00+08:00. Default: the first answer.")
	to := set.Text("to", "DAY", "", "end with this day, or at a time. Default: now. With --output, whole slices are written.")
	slice := set.Text("slice", "DURATION", "24h", "length of a slice, 1h to 744h. Default: 24h, a day in Shanghai.")
	every := set.Text("every", "DURATION", "1h", "how often a sample is repeated until the next answer, 1m to 24h. Default: 1h.")
	labels := set.List("label", "NAME=VALUE", "put a label on every series, such as job=wxapp. Can be repeated.")
	apps := set.List("app", "APPID", "only this app. Can be repeated.")
	return func() (Arguments, error) {
		a := Arguments{
			Output: *output,
			From:   set.Time("from", *from, 0),
			To:     set.Time("to", *to, 1),
			Slice:  set.Duration("slice", *slice, time.Hour, maxSlice),
			Every:  set.Duration("every", *every, time.Minute, 24*time.Hour),
			Apps:   set.AppIDs("app", *apps),
			Labels: parseLabels(set, *labels),
		}
		if !a.From.IsZero() && !a.To.IsZero() && !a.From.Before(a.To) {
			set.Errorf("--to: is not after --from")
		}
		return a, set.Err()
	}
}

var labelName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// maxLabel bounds the length of a label's value, in bytes.
const maxLabel = 1024

func parseLabels(set *arguments.Set, texts []string) []Label {
	var labels []Label
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		shown := ""
		if arguments.Harmless(strings.ReplaceAll(name, "_", "-")) != "" {
			shown = " " + name
		}
		switch {
		case !ok || !labelName.MatchString(name) || strings.HasPrefix(name, "__"):
			set.Errorf("--label: is not NAME=VALUE with a name of letters, digits and _; use a value like job=wxapp")
		case isOwnLabel(name):
			set.Errorf("--label:%s is a label of the exporter itself; choose another name", shown)
		case slices.ContainsFunc(labels, func(l Label) bool { return l.Name == name }):
			set.Errorf("--label:%s is set twice; set it once", shown)
		case value == "":
			set.Errorf("--label:%s has no value, which is the same as no label; add one, or omit it", shown)
		case len(value) > maxLabel || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
			set.Errorf("--label: the value of%s is longer than %d bytes, or contains a control character or invalid UTF-8", shown, maxLabel)
		}
		labels = append(labels, Label{Name: name, Value: value})
	}
	return labels
}

// isOwnLabel reports whether a name is that of a label of the metrics.
func isOwnLabel(name string) bool {
	return slices.ContainsFunc(collector.Labels(), func(l collector.Label) bool { return l.Name == name })
}
