package exposition

import (
	"maps"
	"slices"
	"sync"
)

// cache holds the fragments of every app, one for each metric.
type cache struct {
	mu      sync.Mutex
	groups  []*group // none is empty
	groupOf map[string]*group
}

// group holds some of the apps, so that after a change of one only few have to be joined
// again.
type group struct {
	apps   map[string][]fragment // by appid
	joined []fragment            // of all apps; nil after a change
}

// groupSize is the largest number of apps in a group. Their compressed fragments come to
// about a megabyte.
const groupSize = 64

// put adds or replaces the fragments of an app, unless they are outdated.
func (c *cache) put(appid string, fragments []fragment, outdated func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if outdated() {
		return
	}
	g := c.group(appid)
	g.apps[appid] = fragments
	g.joined = nil
}

// has reports whether there are fragments of an app.
func (c *cache) has(appid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.groupOf[appid] != nil
}

// group returns the group of an app. A new app joins the first group that has room.
func (c *cache) group(appid string) *group {
	if g, ok := c.groupOf[appid]; ok {
		return g
	}
	i := slices.IndexFunc(c.groups, func(g *group) bool { return len(g.apps) < groupSize })
	if i < 0 {
		i = len(c.groups)
		c.groups = append(c.groups, &group{apps: map[string][]fragment{}})
	}
	c.groupOf[appid] = c.groups[i]
	return c.groups[i]
}

// remove forgets an app, unless that is outdated.
func (c *cache) remove(appid string, outdated func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, known := c.groupOf[appid]
	if !known || outdated() {
		return
	}
	delete(c.groupOf, appid)
	delete(g.apps, appid)
	g.joined = nil
	if len(g.apps) <= groupSize/2 {
		c.merge(g)
	}
}

// merge moves the apps of a small group to another that has room for all of them, if
// there is one. So at most one group is ever half empty.
func (c *cache) merge(g *group) {
	if len(g.apps) > 0 {
		i := slices.IndexFunc(c.groups, func(other *group) bool {
			return other != g && len(other.apps)+len(g.apps) <= groupSize
		})
		if i < 0 {
			return
		}
		other := c.groups[i]
		for appid, fragments := range g.apps {
			other.apps[appid] = fragments
			c.groupOf[appid] = other
		}
		other.joined = nil
	}
	c.groups = slices.DeleteFunc(c.groups, func(other *group) bool { return other == g })
}

// all returns the fragments of all apps, joined within each group. What is returned stays
// as it is when an app changes.
func (c *cache) all() [][]fragment {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([][]fragment, 0, len(c.groups))
	for _, g := range c.groups {
		if g.joined == nil {
			g.joined = join(g.apps)
		}
		all = append(all, g.joined)
	}
	return all
}

// of returns the fragments of an app. What is returned stays as it is when the app
// changes.
func (c *cache) of(appid string) (fragments []fragment, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, known := c.groupOf[appid]
	if !known {
		return nil, false
	}
	return slices.Clone(g.apps[appid]), true // join changes the elements
}

// join joins the fragments of apps for each metric. Their blocks are moved into one
// slice, in the order in which they are sent, so that they are held only once.
func join(apps map[string][]fragment) []fragment {
	size, metrics := 0, 0
	for _, fragments := range apps {
		metrics = len(fragments)
		for _, f := range fragments {
			size += len(f.blocks)
		}
	}
	row := make([]byte, 0, size)
	joined := make([]fragment, metrics)
	appids := slices.Sorted(maps.Keys(apps))
	for i := range joined {
		begin := len(row)
		for _, appid := range appids {
			f := &apps[appid][i]
			at := len(row)
			row = append(row, f.blocks...)
			f.blocks = row[at:len(row):len(row)]
			joined[i].checksum = joined[i].then(f.checksum)
		}
		joined[i].blocks = row[begin:len(row):len(row)]
	}
	return joined
}
