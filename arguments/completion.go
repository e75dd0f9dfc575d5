package arguments

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Shells returns the shells that there is a completion for.
func Shells() []string { return []string{"bash", "zsh", "fish"} }

// Completion returns a script that makes one of Shells complete the commands and their
// arguments.
func (p Program) Completion(shell string) string {
	switch shell {
	case "bash":
		return p.bash()
	case "zsh":
		return p.zsh()
	default:
		return p.fish()
	}
}

// completed is what is completed of a command.
type completed struct {
	Command
	words []string // one of them can stand without a name
	named []named
}

// named is an argument with a name.
type named struct {
	name, value, usage string // value is empty for a switch
	repeated           bool
}

func (p Program) completed() []completed {
	var all []completed
	for _, c := range p.Commands {
		set, _ := c.define()
		of := completed{Command: c}
		if set.choice != nil {
			of.words = set.choice.of
		}
		set.flags.VisitAll(func(f *pflag.Flag) {
			_, repeated := f.Value.(*list)
			usage, _, _ := strings.Cut(f.Usage, ". ")
			of.named = append(of.named, named{f.Name, valueOf(f), strings.TrimSuffix(usage, "."), repeated})
		})
		of.named = append(of.named, named{name: "help", usage: "print the help of this command"})
		all = append(all, of)
	}
	return all
}

// bash separates words by line breaks, so that names of folders may contain spaces.
func (p Program) bash() string {
	var values, words strings.Builder
	first := p.Names()
	for _, c := range p.completed() {
		for _, option := range c.Options {
			if strings.HasPrefix(option, "--") {
				first = append(first, option)
			}
		}
		all := slices.Clone(c.words)
		for _, n := range c.named {
			all = append(all, "--"+n.name)
			switch n.value {
			case "":
			case Folder:
				fmt.Fprintf(&values, "\t%s:--%s) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n", c.Name, n.name)
			default:
				fmt.Fprintf(&values, "\t%s:--%s) return ;;\n", c.Name, n.name)
			}
		}
		fmt.Fprintf(&words, "\t%s) words=$'%s' ;;\n", c.Name, strings.Join(all, `\n`))
	}
	return `# bash completion for wxapp_exporter

_wxapp_exporter() {
	local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		COMPREPLY=($(compgen -W $'` + strings.Join(first, `\n`) + `' -- "$word"))
		return
	fi
	# --name=value is three words
	if [[ $word == "=" ]]; then
		word=
	elif [[ $before == "=" ]]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case ${COMP_WORDS[1]}:$before in
` + values.String() + `	esac
	case ${COMP_WORDS[1]} in
` + words.String() + `	esac
	COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _wxapp_exporter wxapp_exporter
`
}

func (p Program) zsh() string {
	var summaries, arguments strings.Builder
	quoted := strings.NewReplacer(`'`, `'\''`)
	described := strings.NewReplacer(`'`, `'\''`, `[`, `\[`, `]`, `\]`, `:`, `\:`)
	for _, c := range p.completed() {
		fmt.Fprintf(&summaries, "\t\t'%s:%s'\n", c.Name, quoted.Replace(c.Summary))
		fmt.Fprintf(&arguments, "\t%s)\n\t\t_arguments", c.Name)
		for _, n := range c.named {
			repeated, value, equals := "", "", ""
			if n.repeated {
				repeated = "*"
			}
			if n.value != "" {
				value, equals = ":"+described.Replace(n.value)+": ", "="
			}
			if n.value == Folder {
				value += "_files -/"
			}
			fmt.Fprintf(&arguments, " \\\n\t\t\t'%s--%s%s[%s]%s'", repeated, n.name, equals, described.Replace(n.usage), value)
		}
		if c.words != nil {
			fmt.Fprintf(&arguments, " \\\n\t\t\t'1: :(%s)'", strings.Join(c.words, " "))
		}
		arguments.WriteString("\n\t\t;;\n")
	}
	return `#compdef wxapp_exporter

_wxapp_exporter() {
	local -a summaries=(
` + summaries.String() + `	)
	if ((CURRENT == 2)); then
		_describe command summaries
		return
	fi
	local command=$words[2]
	shift words
	((CURRENT--))
	case $command in
` + arguments.String() + `	esac
}

if [[ $funcstack[1] == _wxapp_exporter ]]; then
	_wxapp_exporter "$@"
else
	compdef _wxapp_exporter wxapp_exporter
fi
`
}

func (p Program) fish() string {
	quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	text := "# fish completion for wxapp_exporter\n\ncomplete -c wxapp_exporter -f\n"
	for _, c := range p.completed() {
		text += fmt.Sprintf("complete -c wxapp_exporter -n __fish_use_subcommand -a %s -d '%s'\n", c.Name, quoted.Replace(c.Summary))
		begin := fmt.Sprintf("complete -c wxapp_exporter -n '__fish_seen_subcommand_from %s'", c.Name)
		if c.words != nil {
			text += fmt.Sprintf("%s -a '%s'\n", begin, strings.Join(c.words, " "))
		}
		for _, n := range c.named {
			value := ""
			switch n.value {
			case "":
			case Folder:
				value = " -x -a '(__fish_complete_directories)'"
			default:
				value = " -x"
			}
			text += fmt.Sprintf("%s -l %s%s -d '%s'\n", begin, n.name, value, quoted.Replace(n.usage))
		}
	}
	return text
}
