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
)

// ErrUnknownApp is the error of a chosen app that the archive does not have.
var ErrUnknownApp = errors.New("no such app in the archive")

// Apps returns the apps of an archive, or the chosen ones of them, with the names that are
// given by appid, else with those that the archive knows. ErrUnknownApp comes with the apps
// that the archive has.
func Apps(ctx context.Context, kept archive.Archive, names map[string]string, chosen []string) ([]collector.App, error) {
	ids, err := kept.Apps(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range chosen {
		if !slices.Contains(ids, id) {
			return nil, fmt.Errorf("%w; %s", ErrUnknownApp, listed(ids))
		}
	}
	var apps []collector.App
	for _, id := range ids {
		if len(chosen) > 0 && !slices.Contains(chosen, id) {
			continue
		}
		apps = append(apps, collector.App{ID: id, Name: cmp.Or(names[id], archivedName(ctx, kept, id), id)})
	}
	return apps, nil
}

// archivedName returns the name that an app had when its state was archived, if that can be
// read.
func archivedName(ctx context.Context, kept archive.Archive, appid string) string {
	state, err := kept.State(ctx, appid)
	if err != nil {
		return ""
	}
	return state.Name
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
