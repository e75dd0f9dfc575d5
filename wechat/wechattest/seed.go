package wechattest

import "hash/fnv"

// seed is a place in an endless table of numbers that look random and are the
// same in every process: that of an app, of a day of that app, and so on.
type seed uint64

// seedOf returns the seed of a text.
func seedOf(text string) seed {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return seed(h.Sum64()).at(0)
}

// at returns the seed of the n-th thing below s (the mixing of SplitMix64).
func (s seed) at(n int) seed {
	x := uint64(s) + (uint64(n)+1)*0x9e3779b97f4a7c15 //nolint:gosec // below zero n wraps around, which is as good
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return seed(x ^ x>>31)
}

// unit returns a number of [0, 1).
func (s seed) unit() float64 { return float64(s>>11) / (1 << 53) }

// between returns a number of [low, high).
func (s seed) between(low, high float64) float64 { return low + (high-low)*s.unit() }

// below returns a number of 0 … n-1.
func (s seed) below(n int) int { return int(s.unit() * float64(n)) }

// shuffle brings n things into an order of its own.
func (s seed) shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, s.at(i).below(i+1))
	}
}
