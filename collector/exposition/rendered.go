package exposition

import (
	"maps"
	"slices"
	"sync"
)

// rendered holds the parts of every app, one for each metric.
type rendered struct {
	mu      sync.Mutex
	groups  []*group
	groupOf map[string]*group // by appid
}

// group holds some of the apps, so that a change of one means to join few anew.
type group struct {
	apps   map[string][]part // by appid
	joined []part            // of all apps; nil after a change
}

// groupSize is the number of apps in a group. Their compressed parts come to about a
// megabyte.
const groupSize = 64

// put replaces the parts of an app, or forgets the app when there are none, unless
// they are outdated.
func (r *rendered) put(appid string, parts []part, outdated func() bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if outdated() {
		return
	}
	g := r.group(appid)
	g.joined = nil
	g.apps[appid] = parts
	if parts == nil {
		delete(g.apps, appid)
		delete(r.groupOf, appid)
	}
}

// group returns the group of an app. A new app gets into the first with a free place.
func (r *rendered) group(appid string) *group {
	if g, ok := r.groupOf[appid]; ok {
		return g
	}
	i := slices.IndexFunc(r.groups, func(g *group) bool { return len(g.apps) < groupSize })
	if i < 0 {
		i = len(r.groups)
		r.groups = append(r.groups, &group{apps: map[string][]part{}})
	}
	r.groupOf[appid] = r.groups[i]
	return r.groups[i]
}

// all returns the parts of all apps, joined within each group. What is returned stays
// as it is when an app changes.
func (r *rendered) all() [][]part {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([][]part, 0, len(r.groups))
	for _, g := range r.groups {
		if g.joined == nil {
			g.joined = join(g.apps)
		}
		if len(g.apps) > 0 {
			all = append(all, g.joined)
		}
	}
	return all
}

// of returns the parts of an app. What is returned stays as it is when the app changes.
func (r *rendered) of(appid string) (parts []part, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g, known := r.groupOf[appid]
	if !known {
		return nil, false
	}
	return slices.Clone(g.apps[appid]), true // since join changes them
}

// join joins the parts of apps for each metric. Their blocks are moved to where they
// stand in a row, so that they are held once.
func join(apps map[string][]part) []part {
	size, metrics := 0, 0
	for _, parts := range apps {
		metrics = len(parts)
		for _, p := range parts {
			size += len(p.blocks)
		}
	}
	row := make([]byte, 0, size)
	joined := make([]part, metrics)
	appids := slices.Sorted(maps.Keys(apps))
	for i := range joined {
		begin := len(row)
		for _, appid := range appids {
			p := &apps[appid][i]
			at := len(row)
			row = append(row, p.blocks...)
			p.blocks = row[at:len(row):len(row)]
			joined[i].checksum = joined[i].then(p.checksum)
		}
		joined[i].blocks = row[begin:len(row):len(row)]
	}
	return joined
}
