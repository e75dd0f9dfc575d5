package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/progress"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Write writes the slices that the arguments ask for: into their folder, or one slice to
// standard output.
func (a Arguments) Write(ctx context.Context, export *Export, stdout io.Writer, line *progress.Line) error {
	began := time.Now()
	span := export.Bounds().Within(Span{From: a.From, To: a.To})
	if a.Output != "" {
		_, err := export.WriteFiles(ctx, a.Output, Slices(span, a.Slice), func(p Progress) {
			line.Show(p.String() + left(p, time.Since(began)))
		})
		line.End()
		switch {
		case ctx.Err() != nil:
			return errors.New("export stopped; run it again to continue")
		case err != nil:
			return fmt.Errorf("--output: %w", err)
		}
		return nil
	}
	if span.Duration() > a.Slice {
		return fmt.Errorf("standard output takes at most one slice of %s, but this is %s to %s; set --output, or a shorter time with --from and --to",
			arguments.Hours(a.Slice), shanghai(span.From), shanghai(span.To))
	}
	_, err := export.Write(ctx, stdout, span)
	return err
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
