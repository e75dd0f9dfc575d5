// Package arguments parses the arguments of commands. All mistakes are told at once, in
// words, and without the value of an argument: people pass secrets that way.
package arguments

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// ErrHelp is the error of arguments that ask for help.
var ErrHelp = flag.ErrHelp

// Set is the set of arguments that a command knows. Each is written as --name value or
// --name=value.
type Set struct {
	command  string
	flags    *flag.FlagSet
	lists    map[string]bool
	mistakes []error
}

// New returns the empty set of a command.
func New(command string) *Set {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return &Set{command: command, flags: flags, lists: map[string]bool{}}
}

// Text adds an argument that has a value.
func (s *Set) Text(name, byDefault string) *string { return s.flags.String(name, byDefault, "") }

// Switch adds an argument that is given or not, without a value.
func (s *Set) Switch(name string) *bool { return s.flags.Bool(name, false, "") }

// List adds an argument that can be repeated.
func (s *Set) List(name string) *[]string {
	values := new([]string)
	s.lists[name] = true
	s.flags.Func(name, "", func(value string) error {
		*values = append(*values, value)
		return nil
	})
	return values
}

// Parse sets the values of the arguments. The error is ErrHelp if help is asked for. What
// is wrong with a value is told by Err.
func (s *Set) Parse(arguments []string) error {
	if err := s.flags.Parse(arguments); err != nil {
		return s.refused(err)
	}
	if s.flags.NArg() > 0 {
		return s.unknown(s.flags.Arg(0))
	}
	s.flags.Visit(func(f *flag.Flag) {
		if f.Value.String() == "" && !s.lists[f.Name] {
			s.Errorf("--%s: has no value; give it one, or leave it out", f.Name)
		}
	})
	return nil
}

// refused returns an error of the flag package in our words, without any value.
func (s *Set) refused(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return ErrHelp
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: -"); ok {
		return fmt.Errorf("--%s: has no value; write --%s VALUE or --%s=VALUE", name, name, name)
	}
	if _, rest, ok := strings.Cut(err.Error(), "invalid boolean value "); ok {
		_, name, _ := strings.Cut(rest, " for -")
		name, _, _ = strings.Cut(name, ":")
		return fmt.Errorf("--%s: takes no value; write --%s alone", name, name)
	}
	name, _ := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	return s.unknown("--" + name)
}

func (s *Set) unknown(argument string) error {
	if argument = Harmless(argument); argument != "" {
		argument = " " + argument
	}
	return fmt.Errorf("unknown argument%s; see wxapp_exporter %s --help", argument, s.command)
}

// Errorf adds a mistake, which must not show a value.
func (s *Set) Errorf(format string, arguments ...any) {
	s.mistakes = append(s.mistakes, fmt.Errorf(format, arguments...))
}

// Err returns all mistakes, each in a line of its own, or nil.
func (s *Set) Err() error {
	if len(s.mistakes) == 0 {
		return nil
	}
	const indent = "\n  "
	return errors.New("invalid arguments:" + indent + strings.ReplaceAll(errors.Join(s.mistakes...).Error(), "\n", indent))
}

// Time parses the value of an argument: a day in Shanghai, which means 00:00 so many days
// later, or a time as in RFC 3339. The zero time is for an empty text.
func (s *Set) Time(name, text string, days int) time.Time {
	if text == "" {
		return time.Time{}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	if day, err := parseDay(text); err == nil {
		return day.Add(days).Begin()
	}
	s.Errorf("--%s: is neither a day nor a time; use a day in Shanghai like 2026-11-24, or a time like 2026-11-24T10:00:00+08:00", name)
	return time.Time{}
}

// Day parses the value of an argument: a day in Shanghai. The zero day is for an empty text.
func (s *Set) Day(name, text string) wechat.Day {
	if text == "" {
		return wechat.Day{}
	}
	day, err := parseDay(text)
	if err != nil {
		s.Errorf("--%s: is not a day; use a day in Shanghai like 2026-11-24", name)
	}
	return day
}

// parseDay parses a day with or without hyphens.
func parseDay(text string) (wechat.Day, error) {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		text = strings.ReplaceAll(text, "-", "")
	}
	return wechat.ParseDay(text)
}

// Duration parses the value of an argument: a number of whole minutes within limits.
func (s *Set) Duration(name, text string, least, most time.Duration) time.Duration {
	duration, err := time.ParseDuration(text)
	switch {
	case text == "": // already told
	case err != nil:
		s.Errorf("--%s: is not a duration; use a value like %s (there is no unit for days)", name, Hours(least))
	case duration < least || duration > most || duration%time.Minute != 0:
		s.Errorf("--%s: is not a number of whole minutes from %s to %s", name, Hours(least), Hours(most))
	}
	return duration
}

// Hours writes a duration as people write it in an argument: as time.Duration.String does,
// but without parts that are zero, so 24h for 24h0m0s.
func Hours(d time.Duration) string {
	text := d.String()
	if d%time.Minute == 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if d%time.Hour == 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

var validAppID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// AppIDs checks the values of an argument that names apps.
func (s *Set) AppIDs(name string, appids []string) []string {
	for _, id := range appids {
		if !validAppID.MatchString(id) {
			s.Errorf("--%s: is not an AppID; AppIDs contain letters, digits, _ and - only, usually wx and 16 hex digits", name)
		}
	}
	return appids
}

var plain = regexp.MustCompile(`^[A-Za-z0-9-]{1,24}$`)

// Harmless returns the part of a refused argument that may be shown: its name without the
// value, or nothing if it does not look like a name.
func Harmless(argument string) string {
	name, _, _ := strings.Cut(argument, "=")
	if !plain.MatchString(name) {
		return ""
	}
	return name
}
