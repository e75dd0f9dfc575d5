package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

const (
	// rivalAlive is how long a process counts as running after its heartbeat has changed last.
	rivalAlive = 3 * beatInterval
	// rivalDead is the age at which a heartbeat that does not change is removed.
	rivalDead = 24 * time.Hour
)

// rivals are the heartbeats of other processes by their names. A process runs if its heartbeat has
// changed while this one watched: that needs no clock but this one's, and a heartbeat that a process
// has left behind because it was killed does not count. The zero value knows of none.
type rivals map[string]rival

// rival is a heartbeat of another process, and what was seen of it.
type rival struct {
	beat
	first, changed time.Time // when it was first seen, and last seen to have changed
	dead           bool      // it was left behind
}

// runs reports whether the process runs.
func (r rival) runs() bool { return !r.changed.IsZero() && time.Since(r.changed) < rivalAlive }

// isDead reports whether the heartbeat was left behind. A clock that is wrong only keeps it longer,
// because one that is still used changes.
func (r rival) isDead() bool {
	return !r.runs() && time.Since(r.first) >= rivalAlive && !r.Beat.IsZero() && time.Since(r.Beat) > rivalDead
}

// look reads the heartbeats, and returns the names of those that were left behind.
func (r *rivals) look(ctx context.Context, bucket Bucket, own string) (dead []string, err error) {
	names, err := bucket.List(ctx, "", "")
	if err != nil {
		return nil, fmt.Errorf("list the heartbeats: %w", err)
	}
	now, found := time.Now(), rivals{}
	for _, name := range names {
		if name == own || !strings.HasPrefix(name, beatPrefix) || !strings.HasSuffix(name, beatSuffix) {
			continue
		}
		before, known := (*r)[name]
		if before.dead { // it could not be removed
			found[name] = before
			continue
		}
		content, err := bucket.Get(ctx, name)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrUnusable):
			continue
		case err != nil:
			return nil, fmt.Errorf("read a heartbeat: %w", err)
		}
		seen := rival{first: now}
		if json.Unmarshal(content, &seen.beat) != nil {
			continue
		}
		if known {
			seen.first, seen.changed = before.first, before.changed
			if !seen.Beat.Equal(before.Beat) {
				seen.changed = now
			}
		}
		if seen.dead = seen.isDead(); seen.dead {
			dead = append(dead, name)
		}
		found[name] = seen
	}
	*r = found
	return dead, nil
}

// sharing returns the hosts of the processes that run and poll some of the apps, which are sorted, and how
// many apps these are.
func (r *rivals) sharing(apps []string) (hosts []string, shared int) {
	polled := map[string]bool{}
	for _, other := range *r {
		if !other.runs() {
			continue
		}
		shares := false
		for _, app := range other.Apps {
			if _, both := slices.BinarySearch(apps, app); both {
				polled[app], shares = true, true
			}
		}
		if shares {
			hosts = append(hosts, other.Host)
		}
	}
	slices.Sort(hosts)
	return hosts, len(polled)
}
