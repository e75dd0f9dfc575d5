package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// discoveryPath is the path of the service discovery.
const discoveryPath = "/sd"

// targetGroup is an element of the answer to Prometheus' HTTP service discovery.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// address is what a Host header may be: a name, an IPv4 address or an IPv6 address in
// brackets, and perhaps a port.
var address = regexp.MustCompile(`^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$`)

// discover answers Prometheus' HTTP service discovery: a target for every configured app,
// and one for the metrics of the exporter itself. Their address is the one by which the
// client has reached the exporter, so it is right behind a Service or a load balancer, too; and
// so is their path.
func (s *Site) discover(w http.ResponseWriter, r *http.Request) {
	if !address.MatchString(r.Host) {
		http.Error(w, "The Host header is not an address that can be scraped; send host:port.", http.StatusBadRequest)
		return
	}
	targets := []string{r.Host}
	labels := func(appid string) map[string]string {
		l := map[string]string{"__metrics_path__": cameUnder(r) + s.TelemetryPath, "__param_appid": appid}
		// Without TLS here, there may be a proxy in front that has it, and the scrape
		// configuration knows.
		if r.TLS != nil {
			l["__scheme__"] = "https"
		}
		if s.Shard.Divided() {
			l["__meta_wxapp_shard"] = strconv.Itoa(s.Shard.Index)
		}
		return l
	}
	apps := s.Apps()
	groups := make([]targetGroup, 0, len(apps)+1)
	for _, app := range apps {
		l := labels(app.ID)
		// Not appid: the series have that label, and Prometheus would rename theirs.
		l["instance"], l["__meta_wxapp_app"] = app.ID, app.Name
		groups = append(groups, targetGroup{targets, l})
	}
	groups = append(groups, targetGroup{targets, labels(collector.SelfID)})
	content, err := json.Marshal(groups)
	if err != nil { // strings can always be encoded
		http.Error(w, "The targets cannot be listed: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	send(w, r, http.StatusOK, "application/json", content)
}
