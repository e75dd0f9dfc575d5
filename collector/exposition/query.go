package exposition

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// What a query may name at most. Appids of WeChat have 18 bytes.
const (
	maxAppIDs      = 1000
	maxAppIDLength = 128
)

// selection is what a scrape asks for.
type selection struct {
	appids []string // sorted; nil: all
	self   bool     // the metrics of the exporter itself
}

// parseQuery returns what the query of a URL asks for.
func parseQuery(query string) (selection, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return selection{}, fmt.Errorf("malformed query: %w; separate parameters by &, as in ?appid=A&appid=B", err)
	}
	appids, limited := values["appid"]
	if !limited {
		return selection{self: true}, nil
	}
	if len(appids) > maxAppIDs {
		return selection{}, fmt.Errorf("%d appids in one query, the limit is %d; use several requests, "+
			"or without the parameter appid for all apps", len(appids), maxAppIDs)
	}
	s := selection{appids: []string{}}
	for _, appid := range appids {
		switch {
		case appid == "":
			return selection{}, errors.New("the parameter appid is empty; use appid=" + collector.SelfID + " for the metrics of the exporter itself")
		case len(appid) > maxAppIDLength:
			return selection{}, fmt.Errorf("an appid of %d bytes, the limit is %d", len(appid), maxAppIDLength)
		case appid == collector.SelfID:
			s.self = true
		default:
			s.appids = append(s.appids, appid)
		}
	}
	slices.Sort(s.appids)
	s.appids = slices.Compact(s.appids)
	return s, nil
}

// apps returns the fragments of the apps that a scrape asks for, one app after the other
// or several joined.
func (h *Handler) apps(s selection) ([][]fragment, error) {
	if s.appids == nil {
		return h.cache.all(), nil
	}
	apps := make([][]fragment, 0, len(s.appids))
	for _, appid := range s.appids {
		fragments, known := h.cache.of(appid)
		if !known {
			return nil, fmt.Errorf("unknown appid %q; omit the parameter appid for all apps", appid)
		}
		apps = append(apps, fragments)
	}
	return apps, nil
}
