package history

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

// ExportArguments are the arguments of the command export.
type ExportArguments struct {
	Output       string // a folder; empty: standard output
	From, To     time.Time
	Slice, Every time.Duration
	Apps         []string // empty: all
	Labels       []Label
}

// maxSlice bounds what promtool reads at once: it reads a file again for every two hours
// that are in it.
const maxSlice = 31 * 24 * time.Hour

// ParseExportArguments parses the arguments of the command export. The error has a line for
// each mistake, and none shows a value. It is arguments.ErrHelp when help is asked for.
func ParseExportArguments(args []string) (ExportArguments, error) {
	set := arguments.New("export")
	output, from, to := set.Text("output", ""), set.Text("from", ""), set.Text("to", "")
	slice, every := set.Text("slice", "24h"), set.Text("every", "1h")
	apps, labels := set.List("app"), set.List("label")
	if err := set.Parse(args); err != nil {
		return ExportArguments{}, err
	}
	parsed := ExportArguments{
		Output: *output,
		From:   set.Time("from", *from, 0),
		To:     set.Time("to", *to, 1),
		Slice:  set.Duration("slice", *slice, time.Hour, maxSlice),
		Every:  set.Duration("every", *every, time.Minute, 24*time.Hour),
		Apps:   set.AppIDs("app", *apps),
		Labels: parseLabels(set, *labels),
	}
	if !parsed.From.IsZero() && !parsed.To.IsZero() && !parsed.From.Before(parsed.To) {
		set.Errorf("--to: is not after --from")
	}
	return parsed, set.Err()
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
			set.Errorf("--label:%s is given twice; give it once", shown)
		case value == "":
			set.Errorf("--label:%s has no value, which is the same as no label; give it one, or leave it out", shown)
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
