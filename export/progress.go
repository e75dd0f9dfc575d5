package export

import (
	"fmt"
	"strings"
	"time"
)

// Progress tells how far an export is.
type Progress struct {
	Done, Total    int   // slices; those that were there already count as done
	Written, There int   // slices that were written, and that were there already
	Samples        int64 // written
	// Outdated are the names of files that are there and do not agree with the archive any more,
	// Rewritten those that did not and were written again.
	Outdated, Rewritten []string
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

// named lists the names of files, but not very many.
func named(names []string) string {
	const most = 10
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}
