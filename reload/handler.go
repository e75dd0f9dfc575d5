package reload

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// isOfBrowser reports whether a browser sent a request. Others send neither header.
func isOfBrowser(request *http.Request) bool {
	return request.Header.Get("Origin") != "" || request.Header.Get("Sec-Fetch-Site") != ""
}

// isFromElsewhere reports whether a browser sent a request on behalf of another site. To the
// browser this one is at the ExternalURL, even where a proxy says something else.
func (r *Reloader) isFromElsewhere(request *http.Request) bool {
	protection := http.NewCrossOriginProtection()
	if r.ExternalURL != nil {
		_ = protection.AddTrustedOrigin(r.externalOrigin()) // the settings were checked
	}
	return protection.Check(request) != nil
}

// isOurs reports whether a request names this exporter by a name that no site of others can
// have. A site whose name leads to this machine (DNS rebinding) is of the same origin for a
// browser, so that its pages may send whatever they like: but under their own name.
func (r *Reloader) isOurs(request *http.Request) bool {
	name := request.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	return wechat.IsLoopback(name) || r.ExternalURL != nil &&
		(strings.EqualFold(r.ExternalURL.Hostname(), name) || request.Header.Get("Origin") == r.externalOrigin())
}

// externalOrigin returns the ExternalURL as browsers name where a page comes from.
func (r *Reloader) externalOrigin() string {
	return r.ExternalURL.Scheme + "://" + r.ExternalURL.Host
}

// ServeHTTP reloads, and answers when it is done: 200 with the numbers of apps; 500 with
// the lines that a start would print when there is a mistake in the settings; 403 to pages
// of other sites and to browsers that know this one by a foreign name; 429 while another reload
// runs, or less than a second after one.
func (r *Reloader) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if r.isFromElsewhere(request) {
		answer(w, http.StatusForbidden, "A page of another site cannot reload the settings.")
		return
	}
	if isOfBrowser(request) && !r.isOurs(request) {
		answer(w, http.StatusForbidden, "A browser can reload the settings at localhost and at its external URL only; without one, any name will do: curl -X POST.")
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
	done, warnings, err := r.reload("POST "+request.URL.Path, always)
	if err != nil {
		answer(w, http.StatusInternalServerError,
			"The reload failed; the old settings stay.\n"+config.Invalid(err, warnings).Error())
		return
	}
	answer(w, http.StatusOK, fmt.Sprintf("Reloaded the apps%s: %d added, %d changed, %d removed.", r.ofShard(), done.added, done.changed, done.removed))
}

// ofShard says which apps a reload is about, if they are divided.
func (r *Reloader) ofShard() string {
	if !r.Shard.Divided() {
		return ""
	}
	return fmt.Sprintf(" of shard %s, which has %d of %d", r.Shard, len(r.apps), len(r.apps)+r.OtherApps())
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
