package export

import (
	"fmt"
	"time"
)

// Progress tells how far an export is.
type Progress struct {
	Done, Total int   // slices; those that were there already count as done
	Written     int   // slices
	Samples     int64 // written
}

// String returns the progress as a few words.
func (p Progress) String() string {
	return fmt.Sprintf("%d of %d slices, %d samples", p.Done, p.Total, p.Samples)
}

// left returns how much time is left, as a part of a sentence.
func left(p Progress, passed time.Duration) string {
	if p.Written == 0 || p.Done == p.Total {
		return ""
	}
	rest := passed / time.Duration(p.Written) * time.Duration(p.Total-p.Done)
	return fmt.Sprintf(", %s left", rest.Round(time.Second))
}
