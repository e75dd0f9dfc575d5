package archive

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

const (
	// beatInterval is the time from one heartbeat to the next.
	beatInterval = 5 * time.Minute
	// appsInterval is how often it is looked whether other apps are polled now.
	appsInterval = 30 * time.Second
	// beatTimeout is how long a heartbeat may take.
	beatTimeout = time.Minute
)

// Heartbeat tells the other processes that use an archive which apps this one polls, and looks for
// those that poll the same: by accident, that doubles the calls to WeChat. Each process has an
// object at the root of the archive, exporter-ID.json, which it writes every five minutes and
// removes when it stops. All fields are required.
//
// A heartbeat that fails is only logged at the level debug, and delays nothing: whether the archive
// works is told by whoever keeps the answers in it.
type Heartbeat struct {
	Archive *Guard
	// Host is the name of this machine.
	Host string
	// Apps returns the apps that are polled.
	Apps func() []collector.App
	// Replicas is how many processes poll the same apps on purpose, this one included.
	Replicas int
	// Remedy is what to do if there are more.
	Remedy string
	// StopTimeout is how long removing the heartbeat may delay a stop.
	StopTimeout time.Duration
	// Rivals is called with the number of other processes that poll some of the same apps.
	Rivals func(int)
	Log    *slog.Logger

	name    string
	started time.Time
	others  rivals
	told    bool // that there are more than Replicas
}

// beat is the content of the object of a process.
type beat struct {
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
	Beat    time.Time `json:"beat"`
	Apps    []string  `json:"apps"`
}

const (
	beatPrefix = "exporter-"
	beatSuffix = ".json"
)

// Run beats until the context ends.
func (h *Heartbeat) Run(ctx context.Context) {
	look := time.NewTicker(appsInterval)
	defer look.Stop()
	beating := make(chan struct{}, 1) // a place for the one heartbeat that may be under way
	var last time.Time
	var known []string
	for ctx.Err() == nil {
		apps := h.appIDs()
		// An archive that was never reached may be one that must not be used.
		if h.Archive.Prepared() && (last.IsZero() || time.Since(last) >= beatInterval || !slices.Equal(apps, known)) {
			select {
			case beating <- struct{}{}:
				last, known = time.Now(), apps
				go func() {
					defer func() { <-beating }()
					h.tryBeat(ctx)
				}()
			default: // the archive hangs
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
		}
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.StopTimeout)
	go func() {
		defer cancel()
		beating <- struct{}{} // a heartbeat that is under way would undo it
		if err := h.Leave(leaving); err != nil {
			h.Log.Debug("the heartbeat of this process stays in the archive", "error", err)
		}
	}()
	<-leaving.Done()
}

func (h *Heartbeat) appIDs() []string {
	ids := []string{} // which is not null in JSON
	for _, app := range h.Apps() {
		ids = append(ids, app.ID)
	}
	slices.Sort(ids)
	return ids
}

func (h *Heartbeat) tryBeat(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, beatTimeout)
	defer cancel()
	if err := h.Beat(ctx); err != nil {
		h.Log.Debug("the heartbeat of this process in the archive failed", "error", err)
	}
}

// Beat writes the heartbeat of this process into an archive that is prepared, and reads those of the
// others. Run calls it; it must not be called from several goroutines.
func (h *Heartbeat) Beat(ctx context.Context) error {
	if h.name == "" {
		h.name, h.started = beatPrefix+strings.ToLower(rand.Text())+beatSuffix, time.Now()
	}
	apps := h.appIDs()
	content, err := json.Marshal(beat{h.Host, h.started.UTC(), time.Now().UTC(), apps})
	if err != nil {
		return fmt.Errorf("encode a heartbeat: %w", err)
	}
	if err := h.Archive.Bucket.Put(ctx, h.name, append(content, '\n')); err != nil {
		return fmt.Errorf("write a heartbeat: %w", err)
	}
	dead, err := h.others.look(ctx, h.Archive.Bucket, h.name)
	if err != nil {
		return err
	}
	h.tell(h.others.sharing(apps))
	var errs []error
	for _, name := range dead {
		errs = append(errs, h.remove(ctx, name))
	}
	return errors.Join(errs...)
}

// Leave removes the heartbeat of this process.
func (h *Heartbeat) Leave(ctx context.Context) error {
	if h.name == "" {
		return nil
	}
	return h.remove(ctx, h.name)
}

func (h *Heartbeat) remove(ctx context.Context, name string) error {
	bucket, ok := h.Archive.Bucket.(remover)
	if !ok {
		return nil
	}
	if err := bucket.Remove(ctx, name); err != nil {
		return fmt.Errorf("remove a heartbeat: %w", err)
	}
	return nil
}

// tell tells how many processes on which hosts poll some of the same apps.
func (h *Heartbeat) tell(hosts []string, shared int) {
	h.Rivals(len(hosts))
	tooMany := len(hosts)+1 > h.Replicas
	switch {
	case tooMany && !h.told:
		h.Log.Warn("another exporter polls the same apps into the same archive, so WeChat is called more often than necessary",
			"hosts", strings.Join(hosts, " "), "shared_apps", shared, "remedy", h.Remedy)
	case !tooMany && h.told:
		h.Log.Info("no other exporter polls the same apps any more")
	}
	h.told = tooMany
}
