package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/shards"
)

// The settings that divide the apps.
const (
	shardSetting = "WXAPP_SHARD"
	totalSetting = "WXAPP_TOTAL_SHARDS"
)

// maxShards bounds what finding the shards of 10,000 apps costs: a tenth of a second.
const maxShards = 100

// parseShard takes which shard this process is. After a mistake it has all apps.
func parseShard(p *problems, e environment) shards.Shard {
	total, ok := parseNumber(e.TotalShards)
	if !ok || total < 1 || total > maxShards {
		p.at(totalSetting).errorf("%s is not a number of shards; use a whole number from 1 to %d, 1 for all apps in one process", shown(e.TotalShards), maxShards)
		return shards.Shard{}
	}
	index, ok := parseNumber(e.Shard)
	at, upTo := p.at(shardSetting), fmt.Sprintf("use a whole number from 0 to %d, which is one less than %s", total-1, totalSetting)
	if total == 1 {
		upTo = "set " + totalSetting + " as well, to how many there are"
	}
	switch {
	case !ok:
		at.errorf("%s is not the number of a shard; %s; in Kubernetes it is the label apps.kubernetes.io/pod-index of the pod", shown(e.Shard), upTo)
	case index >= total:
		at.errorf("%d is too much, because shards are numbered from 0; %s", index, upTo)
	case total > 1 && p.given[shardSetting] == "":
		at.errorf("is not set, and there are %d shards; %s, another one for each process", total, upTo)
	case total > 1 && TokenEndpoint(e.TokenEndpoint) == PlainToken:
		p.at("WXAPP_TOKEN_ENDPOINT").errorf("token cannot be combined with %s=%d: while their number changes, two processes poll the same app and would end each other's tokens; use stable_token", totalSetting, total)
	default:
		return shards.Shard{Index: index, Total: total}
	}
	return shards.Shard{}
}

// parseNumber takes plain digits.
func parseNumber(text string) (number int, ok bool) {
	number, err := strconv.Atoi(text)
	return number, err == nil && strings.Trim(text, "0123456789") == ""
}

// divide returns the apps of a shard and those of the others.
func divide(shard shards.Shard, all []App) (apps, others []App) {
	for _, app := range all {
		if shard.Has(app.ID) {
			apps = append(apps, app)
		} else {
			others = append(others, app)
		}
	}
	return apps, others
}

// CheckApps returns an error, which does not show the appid, if a value of --app is that of no app
// or of one of another shard.
func (c Config) CheckApps(chosen []string) error {
	for _, id := range chosen {
		is := func(app App) bool { return app.ID == id }
		switch {
		case slices.ContainsFunc(c.Apps, is):
		case slices.ContainsFunc(c.OtherApps, is):
			return c.CheckShard(chosen)
		default:
			return fmt.Errorf("--app: no such app; the settings have %d", len(c.Apps)+len(c.OtherApps))
		}
	}
	return nil
}

// CheckShard returns an error, which does not show the appid, if a value of --app is that of another
// shard, whether or not the settings have such an app.
func (c Config) CheckShard(chosen []string) error {
	for _, id := range chosen {
		if !c.Shard.Has(id) {
			return fmt.Errorf("--app: the app belongs to shard %d of %d, and this is shard %[3]d; set %[4]s=%[1]d, or %[5]s=1 for all apps",
				shards.Of(id, c.Shard.Total), c.Shard.Total, c.Shard.Index, shardSetting, totalSetting)
		}
	}
	return nil
}

// ShardNote says that a command takes the apps of one shard only. It is empty if it takes those of
// --app, or all.
func (c Config) ShardNote(chosen []string) string {
	if len(chosen) > 0 || !c.Shard.Divided() {
		return ""
	}
	return fmt.Sprintf("only the apps of shard %s are taken; set %s=1 for all apps", c.Shard, totalSetting)
}

// RemedyOfRivals says what to do when more processes than Replicas poll the same apps.
func (c Config) RemedyOfRivals() string {
	if c.Shard.Divided() {
		return "give each shard a " + shardSetting + " of its own, and all the same " + totalSetting + "; after a change of it, stop those that have the old one"
	}
	return "stop all but one of them, or set WXAPP_REPLICAS to their number if they are replicas on purpose"
}

// OfShard returns which shard's apps a message is about, as in " of apps of shard 0 of 3". It is
// empty if the apps are not divided.
func (c Config) OfShard() string {
	if !c.Shard.Divided() {
		return ""
	}
	return fmt.Sprintf(" of apps of shard %s", c.Shard)
}
