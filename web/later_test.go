package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// An app that has nothing to ask before the publication hour is ready, and waits for WeChat.
func TestNothingToAskYet(t *testing.T) {
	later := &collector.Snapshot{
		App: collector.App{ID: "wx1", Name: "one"}, NextPoll: time.Now().Add(4 * time.Hour),
		Datasets: []collector.Dataset{{Name: "retention"}},
	}
	site := siteOf(later)
	if status, body := get(t, site, "/-/ready"); status != http.StatusOK || !strings.Contains(body, "WeChat has published no numbers yet") {
		t.Errorf("status %d: %s", status, body)
	}
	_, body := get(t, site, "/")
	expect(t, body, "waiting for WeChat")
	if strings.Contains(body, "first poll") {
		t.Error("a first poll is said to run")
	}
}
