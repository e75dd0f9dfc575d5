package backfill

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Report writes what became of each statistic. It returns an error if something is left to
// ask for, or if the context ended the backfill.
func Report(ctx context.Context, w io.Writer, courses []*Course) error {
	left := 0
	for _, c := range courses {
		if _, err := fmt.Fprintln(w, c); err != nil {
			return err
		}
		if !c.Done() {
			left++
		}
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("backfill stopped; run it again to continue")
	case left > 0:
		return fmt.Errorf("backfill is incomplete: %d of %d statistics ended early; run it again to continue", left, len(courses))
	}
	return nil
}
