package exposition

import (
	"hash/crc32"
	"maps"
	"slices"
	"sync"
)

// rendered holds the parts of every app, one for each metric. The zero value holds no
// app. Apps are in groups, so that a change of one means to join few anew.
type rendered struct {
	mu     sync.Mutex
	groups [16]group
}

// group holds some of the apps.
type group struct {
	apps   map[string][]part // by appid
	joined []part            // of all apps; nil after a change
}

// put replaces the parts of an app, or forgets the app when there are none, unless
// they are outdated.
func (r *rendered) put(appid string, parts []part, outdated func() bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if outdated() {
		return
	}
	g := r.group(appid)
	if g.apps == nil {
		g.apps = map[string][]part{}
	}
	g.apps[appid] = parts
	if parts == nil {
		delete(g.apps, appid)
	}
	g.joined = nil
}

// all returns the parts of all apps, joined within each group. What is returned stays
// as it is when an app changes.
func (r *rendered) all() [][]part {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([][]part, 0, len(r.groups))
	for i := range r.groups {
		g := &r.groups[i]
		if len(g.apps) == 0 {
			continue
		}
		if g.joined == nil {
			g.joined = join(g.apps)
		}
		all = append(all, g.joined)
	}
	return all
}

// of returns the parts of an app. What is returned stays as it is when the app changes.
func (r *rendered) of(appid string) (parts []part, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	parts, known = r.group(appid).apps[appid]
	return slices.Clone(parts), known // since join changes them
}

func (r *rendered) group(appid string) *group {
	return &r.groups[crc32.ChecksumIEEE([]byte(appid))%uint32(len(r.groups))]
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
