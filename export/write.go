package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/progress"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Write writes the slices that the arguments ask for: into their folder, or one slice to
// standard output.
func (a Arguments) Write(ctx context.Context, export *Export, stdout io.Writer, line *progress.Line) error {
	defer func() {
		if rows, answers := export.Rejected(); rows > 0 {
			line.Warn(fmt.Sprintf("skipped %s or numbers in %s that cannot be used, as scrapes did", text.Plural(rows, "row"), text.Plural(answers, "answer")))
		}
	}()
	bounds := export.Bounds()
	span := bounds.Within(Span{From: a.From, To: a.To})
	nothing := fmt.Errorf("nothing to export: the archive has no numbers for that time, only from %s to %s (Shanghai)",
		shanghai(bounds.From), shanghai(bounds.To))
	switch {
	case span.empty():
		return nothing
	case a.Output != "":
		return a.writeFolder(ctx, export, span, line, nothing)
	case span.Duration() > a.Slice:
		return fmt.Errorf("standard output takes at most one slice of %s, but this is %s to %s; set --output, or a shorter time with --from and --to",
			arguments.Hours(a.Slice), shanghai(span.From), shanghai(span.To))
	}
	samples, err := export.Write(ctx, stdout, span)
	if err == nil && samples == 0 {
		return nothing
	}
	return err
}

// writeFolder writes the slices of a span into the folder of the arguments. It returns nothing if
// there are none.
func (a Arguments) writeFolder(ctx context.Context, export *Export, span Span, line *progress.Line, nothing error) error {
	began := time.Now()
	done, err := export.WriteFiles(ctx, Folder{
		Path: a.Output, Slice: a.Slice, Chosen: a.Apps, Rewrite: a.Rewrite, Whole: a.From.IsZero() && a.To.IsZero(),
		Report: func(p Progress) { line.Show(p.String() + left(p, time.Since(began))) },
	}, span)
	line.End()
	if len(done.Rewritten) > 0 {
		line.Warn(fmt.Sprintf("wrote %s again: %s; blocks that were imported from them before overlap with the new ones, and one of two values is lost where they differ: remove the old blocks before you import them again",
			text.Plural(len(done.Rewritten), "slice"), named(done.Rewritten)))
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("export stopped; run it again to continue")
	case err != nil:
		return fmt.Errorf("--output: %w", err)
	case len(done.Outdated) > 0:
		return fmt.Errorf("--output: answers that came later concern %s: %s; run it again with --rewrite to write them again, and import them again: blocks that were imported from them before overlap with the new ones",
			text.Plural(len(done.Outdated), "existing slice"), named(done.Outdated))
	case done.Written+done.There == 0:
		return nothing
	}
	return nil
}

func shanghai(at time.Time) string {
	return wechat.InShanghai(at).Format("2006-01-02 15:04")
}

// DamagedOnce returns a function for Options.Damaged that warns of each answer once.
func DamagedOnce(warn func(text string)) func(appid string, key poller.AnswerKey, err error) {
	told := map[string]bool{}
	return func(appid string, key poller.AnswerKey, err error) {
		text := fmt.Sprintf("skipped an unusable answer: %s, %s to %s, answered %s: %v", appid,
			key.Window.FirstDay(), key.Window.End, key.Answered.UTC().Format(time.RFC3339Nano), err)
		if !told[text] {
			warn(text)
		}
		told[text] = true
	}
}
