package archive

import (
	"fmt"
	"sync"
)

// Notices tells of what an Archive has found damaged and goes on without: of each kind once for
// each app, because the archive is read again and again.
type Notices struct {
	tell func(appid string, err error)

	mu    sync.Mutex
	known map[notice]bool
}

// notice is what Notices has told.
type notice struct{ appid, kind string }

// NewNotices returns Notices that call a function. The appid is empty for what concerns all
// apps.
func NewNotices(tell func(appid string, err error)) *Notices {
	return &Notices{tell: tell, known: map[notice]bool{}}
}

// NewWarnings returns Notices that call a function with a text that names the app.
func NewWarnings(warn func(text string)) *Notices {
	return NewNotices(func(appid string, err error) {
		if appid != "" {
			err = fmt.Errorf("%s: %w", appid, err)
		}
		warn(err.Error())
	})
}

// once tells of an error unless it has told one of the same kind.
func (n *Notices) once(appid, kind string, err error) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if it := (notice{appid, kind}); !n.known[it] {
		n.known[it] = true
		n.tell(appid, err)
	}
}
