// Package reload changes the apps of a running exporter when those of its settings change:
// on SIGHUP, on POST /-/reload, and by itself when a file has changed.
package reload

import (
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
)

// minPause is the shortest time from one reload to the next.
const minPause = time.Second

// Options are the options of a Reloader. All are required but ExternalURL and Shard.
type Options struct {
	// ExternalURL is the URL under which browsers may reload, beside the loopback addresses.
	// Nil: none.
	ExternalURL *url.URL

	// Read reads the apps of the settings again: config.ReadApps.
	Read func() (config.Reading, error)
	// Source returns an app with a client of WeChat's API of its own.
	Source func(config.App) poller.Source
	// Shard is the part of the apps that is polled here. Zero: all.
	Shard   shards.Shard
	Poller  *poller.Poller
	Metrics *collector.SelfMetrics
	Logger  *slog.Logger
}

// Reloader keeps the apps of a Poller equal to those of the settings. It does one reload
// at a time and at most one a second.
type Reloader struct {
	Options

	mu      sync.Mutex
	apps    map[string]app // that are polled, by appid
	others  atomic.Int64   // how many apps other shards have
	missing int            // how many of them the newest reading without a mistake lacks
	files   config.Files   // of the newest reading without a mistake
	seen    config.Files   // of the newest reading
	told    []string       // warnings of the newest reading
	wrong   string         // what was wrong with it
	ended   time.Time      // of the newest reload; zero: there was none
}

// isWhole reports whether files that were read are not half written, so that apps that are
// missing in them may be removed.
type isWhole func(config.Files) bool

func always(config.Files) bool { return true }
func never(config.Files) bool  { return false }

// app is an app that is polled.
type app struct {
	settings config.App
	source   poller.Source
}

// New returns a Reloader and adds the apps that were read at the start to the Poller. Their
// warnings have been told. In the metrics, the start counts as a reload.
func New(options Options, started config.Reading) *Reloader {
	r := &Reloader{Options: options, apps: map[string]app{}, seen: started.Files, told: started.Warnings}
	r.apply(started, always)
	r.Metrics.Reloaded(nil)
	return r
}

// OtherApps returns how many apps other shards have. It does not wait for a reload that runs.
func (r *Reloader) OtherApps() int { return int(r.others.Load()) }

// changes are the numbers of apps that a reload has changed.
type changes struct{ added, changed, removed int }

// reload reads the settings again and changes the apps. If there is a mistake in them,
// nothing changes, and the error has one line for each. r.mu is held.
func (r *Reloader) reload(trigger string, whole isWhole) (changes, []string, error) {
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
		r.logMistakes(trigger, err.Error())
		return changes{}, reading.Warnings, err
	}
	r.wrong = ""
	done := r.apply(reading, whole)
	what := []any{"trigger", trigger, "added", done.added, "changed", done.changed, "removed", done.removed}
	if r.Shard.Divided() {
		what = append(what, r.Shard.Attributes(len(r.apps), r.OtherApps())...)
	}
	if r.missing > 0 {
		what = append(what, "to_be_removed", r.missing, "when", "the file has been unchanged for 30 seconds, or at SIGHUP or POST /-/reload")
	}
	r.Logger.Info("reloaded the apps; changes to environment variables need a restart", what...)
	return done, reading.Warnings, nil
}

// logMistakes logs a line for each mistake. Those of the reload before are not listed again:
// whoever reaches the port may ask for a reload every second.
func (r *Reloader) logMistakes(trigger, wrong string) {
	const message = "reload failed; the old settings stay"
	if wrong == r.wrong {
		r.Logger.Error(message, "trigger", trigger, "error", "the mistakes are those of the last reload")
		return
	}
	r.wrong = wrong
	for mistake := range strings.SplitSeq(wrong, "\n") {
		r.Logger.Error(message, "trigger", trigger, "error", mistake)
	}
}

// apply adds, replaces and removes apps so that those of the reading are polled, and unless
// it is whole, those that are missing in it. One that has not changed is not touched. r.mu is
// held, or r is new.
func (r *Reloader) apply(reading config.Reading, whole isWhole) changes {
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
	r.missing = 0
	keep := !whole(reading.Files)
	files := maps.Clone(reading.Files)
	for appid, before := range r.apps {
		if _, stays := apps[appid]; stays {
			continue
		}
		if keep {
			r.missing++
			apps[appid] = before
			files.Keep(r.files, before.settings.Tokens.WatchedFile())
			continue
		}
		done.removed++
		r.Poller.Remove(appid)
	}
	r.apps, r.files = apps, files
	r.others.Store(int64(len(reading.OtherApps)))
	return done
}

func onlyRenamed(now, before config.App) bool {
	now.Name = before.Name
	return now == before
}
