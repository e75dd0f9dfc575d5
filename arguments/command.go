package arguments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Action is what a command does, until it ends or the context does.
type Action func(ctx context.Context, stdout, stderr io.Writer) error

// Command is a sub-command of a program.
type Command struct {
	Name string
	// Options are other spellings, such as --version. Help does not show them.
	Options []string
	// Summary is its line in the help of the program.
	Summary string
	// About and Notes stand before and after the arguments in its own help. Each ends with
	// a line break; Notes may be empty.
	About, Notes string
	// Define adds its arguments to a set, and returns what it does once they are parsed.
	Define func(*Set) Action
}

// Program is the one table of commands.
type Program struct {
	// Commands are all commands. The first is the default.
	Commands []Command
	// Settings holds, by the name of an argument that similar programs have, the variable
	// that is set instead.
	Settings map[string]string
}

// Run runs the command that the arguments name.
func (p Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	chosen := p.Commands[0]
	if len(args) > 0 {
		i := slices.IndexFunc(p.Commands, func(c Command) bool {
			return c.Name == args[0] || slices.Contains(c.Options, args[0])
		})
		switch {
		case i >= 0:
			chosen, args = p.Commands[i], args[1:]
		case !strings.HasPrefix(args[0], "-"):
			return p.unknown(args[0])
		}
	}
	set, action := chosen.define()
	set.settings = p.Settings
	err := set.Parse(args)
	switch {
	case errors.Is(err, ErrHelp):
		return chosen.WriteHelp(stdout)
	case err != nil:
		return err
	}
	return action(ctx, stdout, stderr)
}

// Names returns the names of all commands.
func (p Program) Names() []string {
	names := make([]string, len(p.Commands))
	for i, c := range p.Commands {
		names[i] = c.Name
	}
	return names
}

// Command returns the command of a name that is one of Names.
func (p Program) Command(name string) Command {
	return p.Commands[slices.Index(p.Names(), name)]
}

func (c Command) define() (*Set, Action) {
	set := New(c.Name)
	return set, c.Define(set)
}

func (p Program) unknown(name string) error {
	names := p.Names()
	last := len(names) - 1
	if name = Harmless(name); name != "" {
		name = fmt.Sprintf(" %q", name)
	}
	return fmt.Errorf("unknown command%s; the commands are %s and %s, see wxapp_exporter --help",
		name, strings.Join(names[:last], ", "), names[last])
}
