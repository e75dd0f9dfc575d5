package wechat

import (
	"fmt"
	"hash/fnv"
	"strconv"
)

// Digest identifies the numbers of an answer, whatever their order and the spelling of the
// answer. It is the same in every process. The zero Digest is of no answer,
// or of a portrait without rows.
type Digest uint64

// Digest returns the digest of the answer's numbers.
func (a *Answer) Digest() Digest {
	if portrait, ok := a.Numbers.(Portrait); ok {
		return portrait.digest()
	}
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%v", a.Numbers)
	return Digest(hash.Sum64())
}

// digest returns the sum of the digests of all rows, which does not depend on their order.
func (p Portrait) digest() Digest {
	var sum uint64
	for breakdown, rows := range p {
		list := hashText(hashText(fnvOffset, string(breakdown.Metric)), string(breakdown.Dimension))
		for _, row := range rows {
			hash := hashText(list, row.Name)
			for shift := 0; shift < 64; shift += 8 {
				hash = (hash ^ uint64(row.Users>>shift&0xff)) * fnvPrime
			}
			sum += mixed(hash)
		}
	}
	return Digest(sum)
}

// FNV-1a written out: hash/fnv would allocate for each of thousands of rows.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashText returns the hash of what was hashed before and a text with its end.
func hashText(hash uint64, text string) uint64 {
	for i := range len(text) {
		hash = (hash ^ uint64(text[i])) * fnvPrime
	}
	return (hash ^ 0xff) * fnvPrime // a byte that UTF-8 never has
}

// mixed spreads a hash over all bits. The last bytes that FNV-1a hashes reach few of them, so
// that a sum of such hashes would hide users who moved from one row to another.
func mixed(hash uint64) uint64 {
	hash = (hash ^ hash>>33) * 0xff51afd7ed558ccd
	hash = (hash ^ hash>>33) * 0xc4ceb9fe1a85ec53
	return hash ^ hash>>33
}

// MarshalText returns the digest in hexadecimal.
func (d Digest) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(d), 16), nil }

// UnmarshalText parses what MarshalText returns.
func (d *Digest) UnmarshalText(text []byte) error {
	digest, err := strconv.ParseUint(string(text), 16, 64)
	if err != nil {
		return fmt.Errorf("%q is not a digest", text)
	}
	*d = Digest(digest)
	return nil
}
