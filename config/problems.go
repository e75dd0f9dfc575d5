package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// problems gathers what is wrong with the settings, so that the owner learns of all of it at
// once: errors stop the start, warnings do not. Of many, only the first are kept: a file of a
// megabyte can have 20,000 mistakes, mostly the same one.
type problems struct {
	errs, warnings firstProblems
	given          map[string]string // as in environment
	wrong          map[string]bool   // the settings that have an error
}

// firstProblems are the first problems of a kind, in the order in which the settings are checked
// and the lines of a file follow each other.
type firstProblems struct {
	kept   []problem
	number int // of all
}

// problem is a message about a setting, or about a line of the file that the setting names.
type problem struct {
	setting string
	line    int
	text    string
}

// mostProblems is how many errors, and how many warnings, are kept.
const mostProblems = 20

// add puts a problem in its place: what is wrong in one line of a file may be found before
// what is wrong in a line above it.
func (f *firstProblems) add(p problem) {
	f.number++
	at := len(f.kept)
	for at > 0 && f.kept[at-1].setting == p.setting && f.kept[at-1].line > p.line {
		at--
	}
	f.kept = slices.Insert(f.kept, at, p)
	f.kept = f.kept[:min(len(f.kept), mostProblems)]
}

// more returns how many problems were not kept.
func (f *firstProblems) more() int { return f.number - len(f.kept) }

// at returns the position of a setting. Where another form of the variable was set, that
// one is named.
func (p *problems) at(setting string) position {
	return position{problems: p, name: cmp.Or(p.given[setting], setting)}
}

// err returns the errors, one per line, or nil.
func (p *problems) err() error { return errors.Join(p.allErrors()...) }

// allErrors returns the errors that were kept, and one that counts the others.
func (p *problems) allErrors() []error {
	var all []error
	for _, problem := range p.errs.kept {
		all = append(all, errors.New(problem.text))
	}
	if more := p.errs.more(); more > 0 {
		all = append(all, errors.New("and "+counted(more, "mistake")+"; mend these first"))
	}
	return all
}

// allWarnings returns the warnings that were kept, and one that counts the others.
func (p *problems) allWarnings() []string {
	var all []string
	for _, problem := range p.warnings.kept {
		all = append(all, problem.text)
	}
	if more := p.warnings.more(); more > 0 {
		all = append(all, "and "+counted(more, "warning"))
	}
	return all
}

// counted returns a number of further things of a kind in words.
func counted(more int, kind string) string {
	if more == 1 {
		return "1 more " + kind
	}
	return text.Grouped(int64(more)) + " more " + kind + "s"
}

// Invalid turns what Read and its like return into the error of a program that does not
// start: one line for each mistake in the settings. It lists the warnings too, because
// they may explain a mistake: an unknown WXAPP_SECRT is why WXAPP_SECRET is missing.
func Invalid(err error, warnings []string) error {
	const indent = "\n  "
	text := "invalid configuration:" + indent + strings.ReplaceAll(err.Error(), "\n", indent)
	if len(warnings) > 0 {
		text += "\nwarnings:" + indent + strings.Join(warnings, indent)
	}
	return errors.New(text)
}

// position is what problems are about, and what their messages begin with: a variable,
// or a line of a file that a variable names.
type position struct {
	problems *problems
	name     string
	line     int // 0: not that of a line
}

// in returns the position of a part of this one.
func (p position) in(separator, part string) position {
	p.name += separator + part
	return p
}

func (p position) errorf(format string, arguments ...any) {
	found := p.problem(format, arguments...)
	p.problems.errs.add(found)
	if p.problems.wrong == nil {
		p.problems.wrong = map[string]bool{}
	}
	p.problems.wrong[found.setting] = true
}

func (p position) warnf(format string, arguments ...any) {
	p.problems.warnings.add(p.problem(format, arguments...))
}

func (p position) problem(format string, arguments ...any) problem {
	setting, _, _ := strings.Cut(p.name, ":")
	return problem{setting, p.line, p.name + ": " + fmt.Sprintf(format, arguments...)}
}

// shown quotes a value for a message, unless it may contain a secret.
func shown(value string) string {
	const limit = 100
	switch {
	case wechat.HasSecret(value):
		return "(not shown: it looks like a secret)"
	case len(value) > limit:
		return strconv.Quote(value[:limit]) + "…"
	}
	return strconv.Quote(value)
}

// reason returns what is wrong with a file, without its path.
func reason(err error) string {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err.Error()
	}
	return err.Error()
}

// unreadable is a predicate that says why a file cannot be read: "is a named pipe, not a
// regular file" or "cannot be read (no such file or directory)".
func unreadable(err error) string {
	if text := reason(err); strings.HasPrefix(text, "is ") {
		return text
	}
	return "cannot be read (" + reason(err) + ")"
}

func and[T ~string](words []T) string { return enumerate(words, "and") }
func or[T ~string](words []T) string  { return enumerate(words, "or") }

// enumerate joins words as in "a, b and c".
func enumerate[T ~string](words []T, conjunction string) string {
	var text strings.Builder
	for i, word := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			text.WriteString(" " + conjunction + " ")
		default:
			text.WriteString(", ")
		}
		text.WriteString(string(word))
	}
	return text.String()
}
