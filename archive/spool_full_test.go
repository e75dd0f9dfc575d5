package archive

import (
	"errors"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// A spool that is full refuses answers, whichever process has filled it, and has room again when
// some are removed.
func TestFullSpool(t *testing.T) {
	path := t.TempDir()
	key := func(n int) poller.AnswerKey {
		at := time.Date(2026, 11, 24, 1, 2, n, 0, time.UTC)
		return poller.AnswerKey{Series: "1d", Window: wechat.Window{End: wechat.DayOf(at), Range: wechat.Range1Day}, Answered: at}
	}
	for _, step := range []struct {
		n, size int
		want    error
	}{{1, 60, nil}, {2, 41, ErrSpoolFull}, {2, 40, nil}, {3, 1, ErrSpoolFull}, {1, 0, nil}, {3, 1, nil}} {
		spool, err := openSpool(path, 100, func(text string) { t.Error(text) })
		if err != nil {
			t.Fatal(err)
		}
		if step.size == 0 {
			err = spool.Remove("wx1", key(step.n))
		} else {
			err = spool.Save("wx1", key(step.n), make([]byte, step.size))
		}
		if !errors.Is(err, step.want) {
			t.Errorf("%+v: %v", step, err)
		}
		if err := spool.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
