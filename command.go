package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/prometheus/common/version"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/backfill"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/export"
)

// command is a sub-command of the program.
type command struct {
	name string
	// options are other spellings, such as --help. Help does not show them.
	options []string
	// arguments describes the arguments after the name, for the help. A command without
	// any accepts none.
	arguments string
	text      string
	// manual is what --help after the name prints: for a command whose run returns
	// arguments.ErrHelp then.
	manual string
	run    func(ctx context.Context, arguments []string, stdout, stderr io.Writer) error
}

// commands returns the one table of commands. The first is the default.
func commands() []command {
	return []command{
		{
			name: "serve",
			text: "run the exporter; the default if no command is given",
			run: func(ctx context.Context, _ []string, _, stderr io.Writer) error {
				return serve(ctx, stderr)
			},
		},
		{
			name:      "demo",
			arguments: "[--past-only]",
			text:      "run the same exporter against a simulated WeChat: no account, no network",
			run:       demoCommand,
		},
		{
			name:      "doctor",
			arguments: "[ARGUMENTS]",
			text:      "find out what is broken and what to do, step by step; see doctor --help",
			manual:    doctor.Usage,
			run:       doctorCommand,
		},
		{
			name:      "export",
			arguments: "[ARGUMENTS]",
			text:      "write the archive as OpenMetrics with timestamps; see export --help",
			manual:    export.Usage,
			run:       exportCommand,
		},
		{
			name:      "backfill",
			arguments: "[ARGUMENTS]",
			text:      "ask WeChat for past days of the datasets; see backfill --help",
			manual:    backfill.Usage,
			run:       backfillCommand,
		},
		{
			name: "healthcheck",
			text: "exit with 0 if the exporter on this machine is alive, for container images",
			run: func(ctx context.Context, _ []string, _, _ io.Writer) error {
				return healthcheck(ctx)
			},
		},
		{
			name:    "version",
			options: []string{"--version"},
			text:    "print the version",
			run: func(_ context.Context, _ []string, stdout, _ io.Writer) error {
				_, err := fmt.Fprintln(stdout, version.Print("wxapp_exporter"))
				return err
			},
		},
		{
			name:    "help",
			options: []string{"--help", "-help", "-h"},
			text:    "print this text",
			run: func(_ context.Context, _ []string, stdout, _ io.Writer) error {
				return writeHelp(stdout)
			},
		},
	}
}

// run runs the command that the arguments name until it ends or the context does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	table := commands()
	chosen := table[0]
	if len(args) > 0 {
		i := slices.IndexFunc(table, func(c command) bool {
			return c.name == args[0] || slices.Contains(c.options, args[0])
		})
		switch {
		case i >= 0:
			chosen, args = table[i], args[1:]
		case !strings.HasPrefix(args[0], "-"):
			return unknownCommand(args[0], table)
		}
	}
	if chosen.arguments == "" && len(args) > 0 {
		return unknownArgument(args[0])
	}
	err := chosen.run(ctx, args, stdout, stderr)
	if errors.Is(err, arguments.ErrHelp) {
		_, err = io.WriteString(stdout, chosen.manual)
	}
	return err
}

func unknownCommand(name string, table []command) error {
	names := make([]string, len(table))
	for i, c := range table {
		names[i] = c.name
	}
	last := len(names) - 1
	if name = arguments.Harmless(name); name != "" {
		name = fmt.Sprintf(" %q", name)
	}
	return fmt.Errorf("unknown command%s; the commands are %s and %s, see wxapp_exporter --help",
		name, strings.Join(names[:last], ", "), names[last])
}

func unknownArgument(argument string) error {
	if argument = arguments.Harmless(argument); argument != "" {
		argument = " " + argument
	}
	return fmt.Errorf("unknown argument%s; settings are environment variables, see wxapp_exporter --help", argument)
}
