package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/shards"
)

// notFound is the page about what there is not: an app, or any page.
type notFound struct {
	head
	AppID string // empty: it is not about an app
	Shard string // that has the app, or would have it; empty: it is here, or there are none
}

func (s *Site) unknownApp(w http.ResponseWriter, r *http.Request) {
	page := notFound{head: s.head(r, "../"), AppID: r.PathValue("appid")}
	if !s.Shard.Has(page.AppID) {
		page.Shard = strconv.Itoa(shards.Of(page.AppID, s.Shard.Total))
	}
	s.render(w, r, http.StatusNotFound, page.Language, "not_found.html", page)
}

// unknown answers requests for paths that mux does not know, and for known ones with a method that
// they do not have.
func (s *Site) unknown(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			as := *r
			as.Method = method
			if _, pattern := mux.Handler(&as); pattern != "/" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			answer(w, http.StatusMethodNotAllowed, "Method not allowed. This path answers to "+strings.Join(allowed, " and ")+".")
			return
		}
		up := strings.Count(r.URL.EscapedPath(), "/") - 1
		h := s.head(r, strings.Repeat("../", max(0, up)))
		s.render(w, r, http.StatusNotFound, h.Language, "not_found.html", notFound{head: h})
	}
}
