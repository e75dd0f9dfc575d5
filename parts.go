package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/common/version"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// newHTTPClient returns the HTTP client for calls to WeChat.
func newHTTPClient(c config.Config) *http.Client {
	return wechat.NewHTTPClient(c.RequestTimeout, version.ComponentUserAgent("wxapp_exporter"))
}

// newSource returns an app with a client of WeChat's API of its own. Exchanges are reported
// to observe, unless it is nil.
func newSource(c config.Config, app config.App, client *http.Client, observe func(wechat.Exchange)) poller.Source {
	return poller.Source{App: collector.App{ID: app.ID, Name: app.Name}, API: newClient(c, app, client, observe)}
}

// newClient returns a client of WeChat's API for an app.
func newClient(c config.Config, app config.App, client *http.Client, observe func(wechat.Exchange)) *wechat.Client {
	return &wechat.Client{BaseURL: c.APIURL, HTTP: client, Observe: observe, Tokens: c.TokenSource(app, client, observe)}
}

// newBucket returns the bucket of an archive. Nothing is read or written yet.
func newBucket(settings config.Archive) (archive.Bucket, error) {
	if settings.ObjectStorage == "" {
		return archive.Folder{Path: settings.Folder}, nil
	}
	bucket, err := archive.NewObjectStorage([]byte(settings.ObjectStorage.Reveal()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", settings.Setting, err)
	}
	bucket.Reread = func() ([]byte, error) { return config.ReadObjectStorage(settings.File) }
	return bucket, nil
}

// brokenArchive names the setting of an archive that cannot be opened, and what to do if it must
// not be used.
func brokenArchive(settings config.Archive, err error) error {
	remedy := "set WXAPP_ARCHIVE to another folder"
	if settings.ObjectStorage != "" {
		remedy = "set another bucket or prefix in that file"
	}
	switch {
	case errors.Is(err, archive.ErrVersion):
		remedy = "run that version, or " + remedy
	case errors.Is(err, archive.ErrLayout):
		remedy = `write {"version":2} into it if they are real, or ` + remedy
	case !archive.IsRefused(err):
		return fmt.Errorf("%s: %w", settings.Setting, err)
	}
	return fmt.Errorf("%s: %w; %s", settings.Setting, err, remedy)
}

// neededBucket returns the bucket of an archive that a command cannot do without.
func neededBucket(settings config.Archive) (archive.Bucket, error) {
	if settings.None() {
		return nil, errors.New("WXAPP_ARCHIVE: is empty; set it to the folder of the archive")
	}
	return newBucket(settings)
}
