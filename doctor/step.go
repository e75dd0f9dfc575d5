package doctor

import (
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// Status is the outcome of a step.
type Status string

// The outcomes.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Failure Status = "failure"
	Skipped Status = "skipped" // the cause says why
)

// Step is one thing that was looked at. Nothing in it is secret, and appids are shortened,
// so that it can be shown to anybody.
type Step struct {
	// Name is one of the classes, or window_ and a range or a dataset, such as window_30d.
	Name string
	// App is the appid, shortened as by Shorten. It is empty when the step is about no app.
	App    string
	Status Status
	// Cause says what was found. It may be empty when all is well.
	Cause text.Both
	// Remedy says what to do. It is empty unless something is wrong.
	Remedy   text.Both
	Duration time.Duration
}

// Class is a kind of steps.
type Class struct {
	// Name is the name of the step, or the beginning of several.
	Name string
	// ExitCode is the exit code when a step of this class is the first that failed.
	ExitCode int
}

// The names of the classes.
const (
	settings   = "settings"
	dns        = "dns"
	tcp        = "tcp"
	tlsStep    = "tls"
	proxy      = "proxy"
	clock      = "clock"
	token      = "token"
	allowList  = "allow_list"
	permission = "permission"
	window     = "window"
	quota      = "quota"
	kept       = "archive"
	push       = "push"
)

// Classes returns all classes in the order of their steps, which is that of their exit
// codes.
func Classes() []Class {
	return []Class{
		{settings, 10},
		{dns, 11},
		{tcp, 12},
		{tlsStep, 13},
		{proxy, 14},
		{clock, 15},
		{token, 16},
		{allowList, 17},
		{permission, 18},
		{window, 19},
		{quota, 20},
		{kept, 21},
		{push, 22},
	}
}

// Verdict is what a diagnosis comes to.
type Verdict struct {
	// Status is the worst of all steps: OK, Warning or Failure.
	Status Status
	// ExitCode is that of the first failed step, in the order of the classes, and 0 when
	// none failed.
	ExitCode int
}

// Judge returns the verdict of steps.
func Judge(steps []Step) Verdict {
	verdict := Verdict{Status: OK}
	for _, step := range steps {
		switch {
		case step.Status == Failure:
			verdict.Status = Failure
			if code := exitCode(step.Name); verdict.ExitCode == 0 || code < verdict.ExitCode {
				verdict.ExitCode = code
			}
		case step.Status == Warning && verdict.Status == OK:
			verdict.Status = Warning
		}
	}
	return verdict
}

func exitCode(step string) int {
	for _, class := range Classes() {
		if step == class.Name || strings.HasPrefix(step, class.Name+"_") {
			return class.ExitCode
		}
	}
	return 1
}

// The steps by their outcome.

func ok(name string, cause text.Both) Step {
	return Step{Name: name, Status: OK, Cause: cause}
}

func warning(name string, cause, remedy text.Both) Step {
	return Step{Name: name, Status: Warning, Cause: cause, Remedy: remedy}
}

func failure(name string, cause, remedy text.Both) Step {
	return Step{Name: name, Status: Failure, Cause: cause, Remedy: remedy}
}

func skipped(name string, cause text.Both) Step {
	return Step{Name: name, Status: Skipped, Cause: cause}
}

func (s Step) about(app string) Step { s.App = app; return s }

func (s Step) lasting(d time.Duration) Step { s.Duration = d; return s }

// same returns a text that is the same in both languages.
func same(words string) text.Both { return text.Both{English: words, Chinese: words} }
