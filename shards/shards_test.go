package shards_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

func appid(i int) string { return fmt.Sprintf("wx%016x", i) }

// The shards of these apps never change: all processes of a fleet, whatever their version, and
// other programs have to find the same. They were found by the line of Python in docs/fleets.md.
func TestOf(t *testing.T) {
	for id, want := range map[string][]int{ // by the total, from 1
		"wx0123456789abcdef": {0, 1, 2, 3, 3, 5, 5, 5, 5, 5},
		"wxfedcba9876543210": {0, 0, 0, 0, 0, 5, 5, 5, 5, 5},
		"wxdemo0000000000c1": {0, 0, 0, 3, 4, 4, 4, 4, 4, 4},
		"":                   {0, 0, 0, 3, 3, 3, 6, 6, 6, 6},
	} {
		var got []int
		for total := range len(want) {
			got = append(got, shards.Of(id, total+1))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
}

// Every shard has its share, and one more shard takes about its share of each and moves nothing
// else, even of appids that differ in few characters.
func TestShares(t *testing.T) {
	const apps = 3000
	for total := 1; total <= 12; total++ {
		count := make([]int, total+1)
		moved := 0
		for i := range apps {
			before, now := shards.Of(appid(i), total), shards.Of(appid(i), total+1)
			count[now]++
			if before != now {
				moved++
				if now != total {
					t.Errorf("%d shards: %s moves from %d to %d, which is not the new one", total+1, appid(i), before, now)
				}
			}
		}
		share := apps / (total + 1)
		for index, n := range append(count, moved) {
			if n < share*4/5 || n > share*6/5 {
				t.Errorf("%d shards: %d has %d apps, or as many move; want about %d", total+1, index, n, share)
			}
		}
	}
}

// Of several shards exactly one has an app, and without shards all are here.
func TestHas(t *testing.T) {
	for i := range 100 {
		if !(shards.Shard{}).Has(appid(i)) || !(shards.Shard{Total: 1}).Has(appid(i)) {
			t.Errorf("%s is nowhere", appid(i))
		}
		owners := 0
		for index := range 5 {
			if (shards.Shard{Index: index, Total: 5}).Has(appid(i)) {
				owners++
			}
		}
		if owners != 1 {
			t.Errorf("%s belongs to %d shards", appid(i), owners)
		}
	}
}

func TestWords(t *testing.T) {
	second := shards.Shard{Index: 1, Total: 3}
	want := text.Both{English: "shard 1 of 3: 1,000 of 3,001 apps", Chinese: "分片 1（共 3 个分片）：3,001 个小程序中的 1,000 个"}
	if got := second.Text(1000, 2001); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := fmt.Sprint(second.Attributes(2, 4)); got != "[apps 2 shard 1 of 3 all_apps 6]" {
		t.Error(got)
	}
	if got := fmt.Sprint(shards.Shard{Total: 1}.Attributes(2, 0)); got != "[apps 2]" {
		t.Error(got)
	}
}
