// Package arguments parses the arguments of commands. All mistakes are told at once, in
// words, and without the value of an argument: people pass secrets that way.
package arguments

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// ErrHelp is the error of arguments that ask for help.
var ErrHelp = pflag.ErrHelp

// Set is the set of arguments that a command knows. Each is written as --name value or
// --name=value.
type Set struct {
	command  string
	flags    *pflag.FlagSet
	mistakes []error
}

// New returns the empty set of a command.
func New(command string) *Set {
	flags := pflag.NewFlagSet(command, pflag.ContinueOnError)
	flags.Usage = func() {}
	flags.SortFlags = false
	return &Set{command: command, flags: flags}
}

// Text adds an argument that has a value.
func (s *Set) Text(name, byDefault string) *string {
	value := text(byDefault)
	s.flags.Var(&value, name, "")
	return (*string)(&value)
}

// Switch adds an argument that is given or not, without a value.
func (s *Set) Switch(name string) *bool { return s.flags.Bool(name, false, "") }

// List adds an argument that can be repeated.
func (s *Set) List(name string) *[]string {
	var values list
	s.flags.Var(&values, name, "")
	return (*[]string)(&values)
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
	s.flags.VisitAll(func(f *pflag.Flag) {
		if value, ok := f.Value.(*text); ok && f.Changed && *value == "" {
			s.Errorf("--%s: has no value; give it one, or leave it out", f.Name)
		}
	})
	return nil
}

// refused returns an error of package pflag in our words, without any value.
func (s *Set) refused(err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return ErrHelp
	}
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		name := missing.GetSpecifiedName()
		return fmt.Errorf("--%s: has no value; write --%s VALUE or --%s=VALUE", name, name, name)
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok { // of a switch: texts are never invalid
		name := invalid.GetFlag().Name
		return fmt.Errorf("--%s: takes no value; write --%s alone", name, name)
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	switch {
	case !ok:
		return s.unknown("")
	case unknown.GetSpecifiedShortnames() == "":
		return s.unknown("--" + unknown.GetSpecifiedName())
	}
	name, _, _ := strings.Cut(unknown.GetSpecifiedShortnames(), "=")
	if s.flags.Lookup(name) != nil {
		return fmt.Errorf("unknown argument -%s; write --%s", name, name)
	}
	return s.unknown("-" + unknown.GetSpecifiedName()) // the rest may be a value, as in -pSECRET
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
