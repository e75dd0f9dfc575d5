package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/history"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// exportArguments are the arguments of the command export.
type exportArguments struct {
	output       string // a folder; empty: standard output
	from, to     time.Time
	slice, every time.Duration
	apps         []string // empty: all
	labels       []history.Label
}

// parseExportArguments parses the arguments of the command export. The error has a line for
// each mistake, and none shows a value. It is flag.ErrHelp when help is asked for.
func parseExportArguments(arguments []string) (exportArguments, error) {
	var (
		output, from, to, slice, every string
		apps, labels                   []string
	)
	set := flag.NewFlagSet("export", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&output, "output", "", "")
	set.StringVar(&from, "from", "", "")
	set.StringVar(&to, "to", "", "")
	set.StringVar(&slice, "slice", "24h", "")
	set.StringVar(&every, "every", "1h", "")
	list := func(values *[]string) func(string) error {
		return func(value string) error {
			*values = append(*values, value)
			return nil
		}
	}
	set.Func("app", "", list(&apps))
	set.Func("label", "", list(&labels))
	if err := set.Parse(arguments); err != nil {
		return exportArguments{}, refusedFlag(err)
	}
	if set.NArg() > 0 {
		return exportArguments{}, unknownExportArgument(set.Arg(0))
	}

	m := &mistakes{}
	set.Visit(func(f *flag.Flag) {
		if f.Value.String() == "" && f.Name != "app" && f.Name != "label" {
			m.add("--%s: has no value; give it one, or leave it out", f.Name)
		}
	})
	parsed := exportArguments{
		output: output,
		from:   m.time("from", from, 0),
		to:     m.time("to", to, 1),
		slice:  m.duration("slice", slice, time.Hour, maxSlice),
		every:  m.duration("every", every, time.Minute, 24*time.Hour),
		apps:   m.apps(apps),
		labels: m.labels(labels),
	}
	if !parsed.from.IsZero() && !parsed.to.IsZero() && !parsed.from.Before(parsed.to) {
		m.add("--to: is not after --from")
	}
	return parsed, m.err()
}

// maxSlice bounds what promtool reads at once: it reads a file again for every two hours
// that are in it.
const maxSlice = 31 * 24 * time.Hour

// refusedFlag returns an error of the flag package in our words, without any value.
func refusedFlag(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: -"); ok {
		return fmt.Errorf("--%s: has no value; write --%s VALUE or --%s=VALUE", name, name, name)
	}
	name, _ := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	return unknownExportArgument("--" + name)
}

func unknownExportArgument(argument string) error {
	if argument = harmless(argument); argument != "" {
		argument = " " + argument
	}
	return fmt.Errorf("unknown argument%s; see wxapp_exporter export --help", argument)
}

// mistakes gathers what is wrong with arguments, so that all of it is told at once.
type mistakes struct{ errs []error }

func (m *mistakes) add(format string, arguments ...any) {
	m.errs = append(m.errs, fmt.Errorf(format, arguments...))
}

func (m *mistakes) err() error {
	if len(m.errs) == 0 {
		return nil
	}
	const indent = "\n  "
	return errors.New("invalid arguments:" + indent + strings.ReplaceAll(errors.Join(m.errs...).Error(), "\n", indent))
}

// time takes a day in Shanghai, which means 00:00 so many days later, or a time as in RFC
// 3339. The zero time is for an empty text.
func (m *mistakes) time(name, text string, days int) time.Time {
	if text == "" {
		return time.Time{}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	day := text
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		day = strings.ReplaceAll(text, "-", "")
	}
	if parsed, err := wechat.ParseDay(day); err == nil {
		return parsed.Add(days).Begin()
	}
	m.add("--%s: is neither a day nor a time; use a day in Shanghai like 2026-11-24, or a time like 2026-11-24T10:00:00+08:00", name)
	return time.Time{}
}

func (m *mistakes) duration(name, text string, least, most time.Duration) time.Duration {
	duration, err := time.ParseDuration(text)
	switch {
	case text == "": // already told
	case err != nil:
		m.add("--%s: is not a duration; use a value like %s (there is no unit for days)", name, history.Hours(least))
	case duration < least || duration > most || duration%time.Minute != 0:
		m.add("--%s: is not a number of whole minutes from %s to %s", name, history.Hours(least), history.Hours(most))
	}
	return duration
}

func (m *mistakes) apps(apps []string) []string {
	for _, id := range apps {
		if !validAppID.MatchString(id) {
			m.add("--app: is not an AppID; AppIDs contain letters, digits, _ and - only, usually wx and 16 hex digits")
		}
	}
	return apps
}

var (
	validAppID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	labelName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// maxLabel bounds the length of a label's value, in bytes.
const maxLabel = 1024

func (m *mistakes) labels(texts []string) []history.Label {
	var labels []history.Label
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		shown := ""
		if harmless(strings.ReplaceAll(name, "_", "-")) != "" {
			shown = " " + name
		}
		switch {
		case !ok || !labelName.MatchString(name) || strings.HasPrefix(name, "__"):
			m.add("--label: is not NAME=VALUE with a name of letters, digits and _; use a value like job=wxapp")
		case isOwnLabel(name):
			m.add("--label:%s is a label of the exporter itself; choose another name", shown)
		case slices.ContainsFunc(labels, func(l history.Label) bool { return l.Name == name }):
			m.add("--label:%s is given twice; give it once", shown)
		case value == "":
			m.add("--label:%s has no value, which is the same as no label; give it one, or leave it out", shown)
		case len(value) > maxLabel || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
			m.add("--label: the value of%s is longer than %d bytes, or contains a control character or invalid UTF-8", shown, maxLabel)
		}
		labels = append(labels, history.Label{Name: name, Value: value})
	}
	return labels
}

// isOwnLabel reports whether a name is that of a label of the metrics.
func isOwnLabel(name string) bool {
	return slices.ContainsFunc(collector.Labels(), func(l collector.Label) bool { return l.Name == name })
}
