package exposition

import (
	"fmt"
	"net/http"
	"strings"
)

// VictoriaMetrics and vmagent name themselves so when they scrape. By default they refuse a scrape
// whose text is longer than the limit, and count the target as down.
const (
	limited = "vm_promscrape"
	limit   = 16 << 20
)

// warnOfLimit logs once that a client probably refuses a text of some bytes.
func (h *Handler) warnOfLimit(r *http.Request, bytes int64) {
	if bytes <= limit || !strings.HasPrefix(r.UserAgent(), limited) {
		return
	}
	h.limitTold.Do(func() {
		h.log.Warn("VictoriaMetrics and vmagent refuse scrapes over 16 MiB by default, and this one is longer",
			"client", r.RemoteAddr, "size", fmt.Sprintf("%d MiB", (bytes+1<<20-1)>>20),
			"remedy", "let it discover the apps at /sd, one scrape each, or raise max_scrape_size in its scrape configuration")
	})
}
