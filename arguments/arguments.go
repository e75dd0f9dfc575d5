// Package arguments parses the arguments of commands. All mistakes are told at once, in
// words, and without the value of an argument: people pass secrets that way.
package arguments

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// ErrHelp is the error of arguments that ask for help.
var ErrHelp = pflag.ErrHelp

// Set is the set of arguments that a command knows. Each is written as --name value or
// --name=value.
type Set struct {
	command  string
	flags    *pflag.FlagSet
	choice   *choice
	settings map[string]string // see Program
	mistakes []error
}

// choice is the argument without a name.
type choice struct {
	name   string
	of     []string
	chosen string
}

// New returns the empty set of a command.
func New(command string) *Set {
	flags := pflag.NewFlagSet(command, pflag.ContinueOnError)
	flags.Usage = func() {}
	flags.SortFlags = false
	return &Set{command: command, flags: flags}
}

// Text adds an argument that has a value. For the help, the value has a name: that of a
// folder is Folder.
func (s *Set) Text(name, value, byDefault, usage string) *string {
	added := &text{value, byDefault}
	s.flags.Var(added, name, usage)
	return &added.is
}

// Switch adds an argument that is given or not, without a value.
func (s *Set) Switch(name, usage string) *bool { return s.flags.Bool(name, false, usage) }

// List adds an argument that can be repeated.
func (s *Set) List(name, value, usage string) *[]string {
	added := &list{value: value}
	s.flags.Var(added, name, usage)
	return &added.are
}

// Choice adds the argument without a name, which is one of a few words. It may be left out,
// and is empty then.
func (s *Set) Choice(name string, of []string) *string {
	s.choice = &choice{name: name, of: of}
	return &s.choice.chosen
}

// Parse sets the values of the arguments. The error is ErrHelp if help is asked for. What
// is wrong with a value is told by Err.
func (s *Set) Parse(arguments []string) error {
	if err := s.refuseSettings(arguments); err != nil {
		return err
	}
	if err := s.flags.Parse(arguments); err != nil {
		return s.refused(err)
	}
	words := s.flags.Args()
	if s.choice != nil && len(words) > 0 {
		if !slices.Contains(s.choice.of, words[0]) {
			return fmt.Errorf("%s takes one of %s", s.command, strings.Join(s.choice.of, ", "))
		}
		s.choice.chosen, words = words[0], words[1:]
	}
	if len(words) > 0 {
		return s.unknown(words[0])
	}
	s.flags.VisitAll(func(f *pflag.Flag) {
		if value, ok := f.Value.(*text); ok && f.Changed && value.is == "" {
			s.Errorf("--%s: has no value; add one, or omit it", f.Name)
		}
	})
	return nil
}

// refuseSettings refuses arguments that are settings of this program. The error has a line
// for each.
func (s *Set) refuseSettings(arguments []string) error {
	for _, argument := range arguments {
		name, _, _ := strings.Cut(strings.TrimLeft(argument, "-"), "=")
		if variable, ok := s.settings[name]; ok && strings.HasPrefix(argument, "-") {
			s.Errorf("--%s: is no argument of this program; set %s instead", name, variable)
		}
	}
	return s.Err()
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
	if !s.flags.HasFlags() && s.choice == nil {
		return fmt.Errorf("unknown argument%s; settings are environment variables, see wxapp_exporter --help", argument)
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
