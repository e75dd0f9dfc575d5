package reload

import (
	"fmt"
	"net/http"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// ServeHTTP reloads, and answers when it is done: 200 with the numbers of apps; 500 with
// the lines that a start would print when there is a mistake in the settings; 403 to pages
// of other sites; 429 while another reload runs, or less than a second after one.
func (r *Reloader) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if err := http.NewCrossOriginProtection().Check(request); err != nil {
		answer(w, http.StatusForbidden, "A page of another site cannot reload the settings.")
		return
	}
	if !r.mu.TryLock() {
		tooEarly(w)
		return
	}
	defer r.mu.Unlock()
	if time.Since(r.ended) < minPause {
		tooEarly(w)
		return
	}
	done, warnings, err := r.reload("POST " + request.URL.Path)
	if err != nil {
		answer(w, http.StatusInternalServerError,
			"The reload failed; the old settings stay.\n"+config.Invalid(err, warnings).Error())
		return
	}
	answer(w, http.StatusOK, fmt.Sprintf("Reloaded the apps: %d added, %d changed, %d removed.", done.added, done.changed, done.removed))
}

func tooEarly(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	answer(w, http.StatusTooManyRequests, "Another reload is running or has just ended; try again in a second.")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}
