package doctor

import (
	"context"
	"errors"
	"fmt"
)

// ExitCode is the error of a diagnosis in which a step failed. The report has said what is
// wrong.
type ExitCode int

func (c ExitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// Examine takes all steps and writes the report: as text while it goes on, or as one JSON
// document. The error is an ExitCode if a step failed.
func Examine(ctx context.Context, o Options, text Text, asJSON bool) error {
	if err := o.Check(); err != nil {
		return err
	}
	report := text.Step
	if asJSON {
		report = func(Step) {}
	} else {
		text.Begin()
	}
	steps := Run(ctx, o, report)
	if ctx.Err() != nil {
		return errors.New("stopped")
	}
	var err error
	verdict := Judge(steps)
	if asJSON {
		err = WriteJSON(text.W, steps, text.Language)
	} else {
		err = text.Verdict(verdict)
	}
	if err == nil && verdict.ExitCode != 0 {
		err = ExitCode(verdict.ExitCode)
	}
	return err
}
