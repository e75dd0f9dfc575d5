package config

import (
	"net"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// maxSocketPath is the longest path of a unix socket in bytes, the same on every system
// that the exporter runs on.
const maxSocketPath = 103

// parseListenAddresses takes a comma-separated list of addresses, each host:port or
// unix:PATH.
func parseListenAddresses(p position, text string) []string {
	var addresses []string
	for address := range strings.SplitSeq(text, ",") {
		address = strings.TrimSpace(address)
		switch {
		case address == "":
			p.errorf("has an empty item; use a list like 127.0.0.1:10120,unix:/run/wxapp/exporter.sock")
		case slices.Contains(addresses, address):
			p.errorf("%s is listed twice; list it once", shown(address))
		case strings.HasPrefix(address, web.UnixPrefix):
			checkSocket(p, address)
		default:
			checkHostPort(p, address)
		}
		addresses = append(addresses, address)
	}
	return addresses
}

func checkSocket(p position, address string) {
	switch path := strings.TrimPrefix(address, web.UnixPrefix); {
	case !filepath.IsAbs(path):
		p.errorf("%s has no absolute path; use a path like unix:/run/wxapp/exporter.sock", shown(address))
	case len(path) > maxSocketPath:
		p.errorf("%s has a path longer than %d bytes, too long for a unix socket; use a shorter one", shown(address), maxSocketPath)
	}
}

// hostName is wider than the rules for host names, because names in container networks
// often break them.
var hostName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func checkHostPort(p position, text string) {
	const remedy = "use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120"
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		p.errorf("%s is not host:port; %s", shown(text), remedy)
		return
	}
	if !isPort(port) {
		p.errorf("%s has no port from 0 to 65535; %s", shown(text), remedy)
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && !hostName.MatchString(host) {
		p.errorf("%s has no valid host; %s", shown(text), remedy)
	}
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}
