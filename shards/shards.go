// Package shards divides apps among processes: each app belongs to one of them by a hash of its
// appid, which all processes find without asking each other.
package shards

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strconv"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// Shard is a process that has a part of the apps. The zero value has all of them.
type Shard struct {
	// Index is which of the shards it is, from 0.
	Index int
	// Total is how many shards there are. With less than 2 the apps are not divided.
	Total int
}

// Of returns the index of the shard that has an app: that for which the SHA-256 of
// "INDEX/APPID" is the greatest (rendezvous hashing). So of n apps about n/(total+1) move, and
// only to the new shard, when there is one more.
func Of(appid string, total int) int {
	owner, greatest := 0, []byte{}
	for index := range total {
		if digest := sha256.Sum256([]byte(strconv.Itoa(index) + "/" + appid)); bytes.Compare(digest[:], greatest) > 0 {
			owner, greatest = index, digest[:]
		}
	}
	return owner
}

// Has reports whether the shard has an app.
func (s Shard) Has(appid string) bool { return !s.Divided() || Of(appid, s.Total) == s.Index }

// Divided reports whether the apps are divided.
func (s Shard) Divided() bool { return s.Total > 1 }

// String returns the shard as in "0 of 3".
func (s Shard) String() string { return fmt.Sprintf("%d of %d", s.Index, s.Total) }

// Text says which shard it is, and how many apps it and others have.
func (s Shard) Text(apps, others int) text.Both {
	here, all := text.Grouped(int64(apps)), text.Grouped(int64(apps+others))
	return text.Both{
		English: fmt.Sprintf("shard %s: %s of %s apps", s, here, all),
		Chinese: fmt.Sprintf("分片 %d（共 %d 个分片）：%s 个小程序中的 %s 个", s.Index, s.Total, all, here),
	}
}

// Attributes returns what a log line says of the apps that the shard and others have.
func (s Shard) Attributes(apps, others int) []any {
	if !s.Divided() {
		return []any{"apps", apps}
	}
	return []any{"apps", apps, "shard", s.String(), "all_apps", apps + others}
}
