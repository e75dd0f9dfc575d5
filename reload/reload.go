// Package reload changes the apps of a running exporter when those of its settings change:
// on SIGHUP, on POST /-/reload, and by itself when a file has changed.
package reload

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// minPause is the shortest time from one reload to the next.
const minPause = time.Second

// Options are the options of a Reloader. All are required.
type Options struct {
	// Read reads the apps of the settings again: config.ReadApps.
	Read func() (config.Reading, error)
	// Source returns an app with a client of WeChat's API of its own.
	Source  func(config.App) poller.Source
	Poller  *poller.Poller
	Metrics *collector.SelfMetrics
	Logger  *slog.Logger
}

// Reloader keeps the apps of a Poller equal to those of the settings. It does one reload
// at a time and at most one a second.
type Reloader struct {
	Options

	mu    sync.Mutex
	apps  map[string]app // that are polled, by appid
	files config.Files   // of the newest reading without a mistake
	seen  config.Files   // of the newest reading
	told  []string       // warnings of the newest reading
	ended time.Time      // of the newest reload; zero: there was none
}

// app is an app that is polled.
type app struct {
	settings config.App
	source   poller.Source
}

// New returns a Reloader and adds the apps that were read at the start to the Poller. Their
// warnings have been told. In the metrics, the start counts as a reload.
func New(options Options, started config.Reading) *Reloader {
	r := &Reloader{Options: options, apps: map[string]app{}, seen: started.Files, told: started.Warnings}
	r.apply(started)
	r.Metrics.Reloaded(nil)
	return r
}

// changes are the numbers of apps that a reload has changed.
type changes struct{ added, changed, removed int }

// reload reads the settings again and changes the apps. If there is a mistake in them,
// nothing changes, and the error has one line for each. r.mu is held.
func (r *Reloader) reload(trigger string) (changes, []string, error) {
	defer func() { r.ended = time.Now() }()
	reading, err := r.Read()
	r.Metrics.Reloaded(err)
	r.seen = reading.Files
	for _, warning := range reading.Warnings {
		if !slices.Contains(r.told, warning) {
			r.Logger.Warn("configuration warning", "warning", warning)
		}
	}
	r.told = reading.Warnings
	if err != nil {
		for mistake := range strings.SplitSeq(err.Error(), "\n") {
			r.Logger.Error("reload failed; the old settings stay", "trigger", trigger, "error", mistake)
		}
		return changes{}, reading.Warnings, err
	}
	done := r.apply(reading)
	r.Logger.Info("reloaded the apps; changes to environment variables need a restart",
		"trigger", trigger, "added", done.added, "changed", done.changed, "removed", done.removed)
	return done, reading.Warnings, nil
}

// apply adds, replaces and removes apps so that those of the reading are polled. One that
// has not changed is not touched. r.mu is held, or r is new.
func (r *Reloader) apply(reading config.Reading) changes {
	var done changes
	apps := map[string]app{}
	for _, settings := range reading.Apps {
		before, known := r.apps[settings.ID]
		secretFile := settings.Tokens.WatchedFile()
		sameSecret := secretFile == "" || reading.Files.Same(r.files, secretFile)
		if known && sameSecret && settings == before.settings {
			apps[settings.ID] = before
			continue
		}
		now := app{settings, r.Source(settings)}
		if known && sameSecret && onlyRenamed(settings, before.settings) {
			now.source.API = before.source.API // it may hold a token
		}
		if known {
			done.changed++
		} else {
			done.added++
		}
		apps[settings.ID] = now
		r.Poller.Add(now.source)
	}
	for appid := range r.apps {
		if _, stays := apps[appid]; !stays {
			done.removed++
			r.Poller.Remove(appid)
		}
	}
	r.apps, r.files = apps, reading.Files
	return done
}

func onlyRenamed(now, before config.App) bool {
	now.Name = before.Name
	return now == before
}
