package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/prometheus/common/version"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// program returns the one table of commands. The first is the default.
func program() arguments.Program {
	return arguments.Program{
		Commands: []arguments.Command{
			serveCommand(), demoCommand(), doctorCommand(), exportCommand(), backfillCommand(), healthcheckCommand(),
			completionCommand(), versionCommand(), helpCommand(),
		},
		// What other exporters take as flags is set by variables here.
		Settings: map[string]string{
			"config.file":        "WXAPP_APPS_FILE, which lists the apps,",
			"log.format":         "WXAPP_LOG_FORMAT",
			"log.level":          "WXAPP_LOG_LEVEL",
			"web.config.file":    "WXAPP_WEB_CONFIG_FILE",
			"web.listen-address": "WXAPP_LISTEN_ADDRESS",
			"web.telemetry-path": "WXAPP_TELEMETRY_PATH",
		},
	}
}

// run runs the command that the arguments name until it ends or the context does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return program().Run(ctx, args, stdout, stderr)
}

func completionCommand() arguments.Command {
	return arguments.Command{
		Name:    "completion",
		Summary: "print a script that makes a shell complete commands and arguments",
		About: `Prints a script that makes a shell complete the commands of wxapp_exporter and their arguments.
Load it for the running shell by one of

  source <(wxapp_exporter completion bash)
  source <(wxapp_exporter completion zsh)
  wxapp_exporter completion fish | source
`,
		Notes: `For every shell to come, write it into a file: of bash in /etc/bash_completion.d, of zsh named
_wxapp_exporter in a folder of $fpath, of fish in ~/.config/fish/completions.
`,
		Define: func(set *arguments.Set) arguments.Action {
			shell := set.Choice(strings.Join(arguments.Shells(), "|"), arguments.Shells())
			return func(_ context.Context, stdout, _ io.Writer) error {
				if *shell == "" {
					return errors.New("completion needs the name of a shell: " + strings.Join(arguments.Shells(), ", "))
				}
				_, err := io.WriteString(stdout, program().Completion(*shell))
				return err
			}
		},
	}
}

func versionCommand() arguments.Command {
	return arguments.Command{
		Name:    "version",
		Options: []string{"--version"},
		Summary: "print the version",
		About:   "Prints the version of the program, and what it was built from and with.\n",
		Define: func(*arguments.Set) arguments.Action {
			return func(_ context.Context, stdout, _ io.Writer) error {
				_, err := fmt.Fprintln(stdout, version.Print("wxapp_exporter"))
				return err
			}
		},
	}
}

func helpCommand() arguments.Command {
	return arguments.Command{
		Name:    "help",
		Options: []string{"--help", "-help", "-h"},
		Summary: "print this text, or the help of a command",
		About:   "Prints the commands and all settings, or the help of a command.\n",
		Define: func(set *arguments.Set) arguments.Action {
			command := set.Choice("[COMMAND]", program().Names())
			return func(_ context.Context, stdout, _ io.Writer) error {
				if *command != "" {
					return program().Command(*command).WriteHelp(stdout)
				}
				return writeHelp(stdout)
			}
		},
	}
}

// writeHelp writes how to use the program: its commands and all settings, in lines of at
// most 100 columns.
func writeHelp(w io.Writer) error {
	var text strings.Builder
	text.WriteString(`wxapp_exporter fetches the user statistics of your WeChat Mini Programs every day and exposes them
to Prometheus or pushes them to any OpenTelemetry backend.

Usage: wxapp_exporter [COMMAND]

Commands, each of which takes --help:
` + program().Summaries())
	config.WriteHelp(&text)
	_, err := io.WriteString(w, text.String())
	return err
}
