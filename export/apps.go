package export

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
)

// ErrUnknownApp is the error of a chosen app that the archive does not have.
var ErrUnknownApp = errors.New("no such app in the archive")

// Apps returns the apps of an archive that are those of a shard, or the chosen ones, with the names that are
// given by appid, else with those that the archive knows, and the traces of each as far as it knows
// them. ErrUnknownApp comes with the apps that the archive has.
func Apps(ctx context.Context, kept archive.Archive, shard shards.Shard, names map[string]string, chosen []string) (apps []collector.App, traces map[string]Trace, err error) {
	ids, err := kept.Apps(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range chosen {
		if !slices.Contains(ids, id) {
			return nil, nil, fmt.Errorf("%w; %s", ErrUnknownApp, listed(ids))
		}
	}
	traces = map[string]Trace{}
	for _, id := range ids {
		if len(chosen) > 0 && !slices.Contains(chosen, id) || len(chosen) == 0 && !shard.Has(id) {
			continue
		}
		state, err := kept.State(ctx, id)
		if err != nil { // the answers are what matters
			state = poller.State{}
		}
		apps = append(apps, collector.App{ID: id, Name: cmp.Or(names[id], state.Name, id)})
		traces[id] = Trace{LastPoll: state.LastPoll, Removed: state.Removed}
	}
	return apps, traces, nil
}

// listed says which apps an archive has, in a few words.
func listed(ids []string) string {
	const most = 10
	switch {
	case len(ids) == 0:
		return "it has none"
	case len(ids) > most:
		return fmt.Sprintf("it has %d, among them %s", len(ids), strings.Join(ids[:most], ", "))
	}
	return "it has " + strings.Join(ids, ", ")
}
