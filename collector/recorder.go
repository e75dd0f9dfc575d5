package collector

import (
	"context"
	"log/slog"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// maxUnsaved bounds the answers of an app that wait for an archive that cannot be
// written: those of ten days.
const maxUnsaved = 60

// recorder writes the answers and the state of one app to the archive. What cannot be
// written is tried again with the next write.
type recorder struct {
	appid   string
	archive Archive
	metrics *ProcessMetrics
	log     *slog.Logger
	unsaved []unsavedAnswer
	broken  bool // the last write failed
}

type unsavedAnswer struct {
	window   wechat.Window
	answered time.Time
	answer   []byte
}

// answer archives an answer. Writing goes on when the context ends.
func (r *recorder) answer(ctx context.Context, w wechat.Window, answered time.Time, answer []byte) {
	r.unsaved = append(r.unsaved, unsavedAnswer{w, answered, answer})
	if surplus := len(r.unsaved) - maxUnsaved; surplus > 0 {
		r.log.Error("answers are lost, since the archive cannot be written", "window", r.unsaved[0].window)
		r.unsaved = r.unsaved[surplus:]
	}
	r.saveAnswers(context.WithoutCancel(ctx))
}

func (r *recorder) saveAnswers(ctx context.Context) {
	for len(r.unsaved) > 0 {
		next := r.unsaved[0]
		if !r.wrote(r.archive.SaveAnswer(ctx, r.appid, next.window, next.answered, next.answer)) {
			return
		}
		r.unsaved = r.unsaved[1:]
	}
}

// state archives what the poller knows, after the answers that it refers to. Writing
// goes on when the context ends.
func (r *recorder) state(ctx context.Context, state State, h *history) {
	ctx = context.WithoutCancel(ctx)
	r.saveAnswers(ctx)
	state.Readings = h.sorted()
	r.wrote(r.archive.SaveState(ctx, r.appid, state))
}

// wrote counts a write and logs when writing breaks and when it heals.
func (r *recorder) wrote(err error) bool {
	r.metrics.ArchiveWritten(err)
	switch broken := err != nil; {
	case broken && !r.broken:
		r.log.Warn("the archive cannot be written; numbers are shown, but a restart may lose them", "error", err,
			"remedy", "make the folder that WXAPP_ARCHIVE names writable, or set WXAPP_ARCHIVE to one that is")
	case !broken && r.broken:
		r.log.Info("the archive can be written again")
	}
	r.broken = err != nil
	return err == nil
}
