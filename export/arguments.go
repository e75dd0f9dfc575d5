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
	Rewrite      bool // slices that are there, if they do not agree with the archive any more
}

// maxSlice bounds what promtool reads at once: it reads a file again for every two hours
// that are in it.
const maxSlice = 31 * 24 * time.Hour

// Define adds the arguments of the command to a set. What it returns is for after they are
// parsed. The error has a line for each mistake, and none shows a value.
func Define(set *arguments.Set) (parsed func() (Arguments, error)) {
	output := set.Text("output", arguments.Folder, "", "write a file per slice into this folder. Existing files are skipped, so an interrupted export can be resumed; those that do not have the newest answers are named, and the exit code is 1. Without it, at most one slice is written to standard output.")
	from := set.Text("from", "DAY", "", "first day, in Shanghai, such as 2026-11-24, or a time such as 2026-11-24T10:00:00+08:00. Default: the first answer.")
	to := set.Text("to", "DAY", "", "last day, or end time. Default: now. With --output, whole slices are written.")
	slice := set.Text("slice", "DURATION", "24h", "length of a slice, 1h to 744h. Default: 24h, a day in Shanghai.")
	every := set.Text("every", "DURATION", "1h", "how often a sample is repeated until the next answer, 1m to 24h. Default: 1h.")
	labels := set.List("label", "NAME=VALUE", "add a label to every series, such as job=wxapp. Can be repeated.")
	apps := set.List("app", "APPID", "export only this app. Can be repeated.")
	rewrite := set.Switch("rewrite", "with --output, write the existing files again that do not have the newest answers, or all if they were made with other arguments. Blocks that were imported from them before overlap with the new ones.")
	return func() (Arguments, error) {
		a := Arguments{
			Output: *output,
			From:   set.Time("from", *from, 0),
			To:     set.Time("to", *to, 1),
			Slice:  set.Duration("slice", *slice, time.Hour, maxSlice),
			Every:  set.Duration("every", *every, time.Minute, 24*time.Hour),
			Apps:   set.AppIDs("app", *apps),
			Labels: parseLabels(set, *labels), Rewrite: *rewrite,
		}
		if !a.From.IsZero() && !a.To.IsZero() && !a.From.Before(a.To) {
			set.Errorf("--to: is not after --from")
		}
		if a.Rewrite && a.Output == "" {
			set.Errorf("--rewrite: is for the files of --output; set that as well")
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
