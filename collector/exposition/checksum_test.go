package exposition

import (
	"bytes"
	"hash/crc32"
	"math/rand/v2"
	"testing"
)

// The checksums of pieces give that of the whole, wherever it is cut.
func TestChecksum(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		whole := make([]byte, random.IntN(100_000))
		for i := range whole {
			whole[i] = byte(random.Uint32())
		}
		var sum checksum
		for rest := whole; ; {
			n := random.IntN(len(rest) + 1)
			if random.IntN(3) == 0 {
				n = min(n, 2)
			}
			sum = sum.then(checksumOf(rest[:n]))
			if rest = rest[n:]; len(rest) == 0 {
				break
			}
		}
		if want := checksumOf(whole); len(whole) > 0 && sum != want {
			t.Fatalf("%d bytes: got %v, want %v", len(whole), sum, want)
		}
		if sum.crc != crc32.ChecksumIEEE(whole) || sum.size != int64(len(whole)) {
			t.Fatalf("%d bytes: got %v", len(whole), sum)
		}
	}
}

// A text of more than 4 GiB can only be reckoned with.
func TestChecksumOfManyBytes(t *testing.T) {
	piece := bytes.Repeat([]byte("wxapp_users"), 100_000)
	sum, crc := checksumOf(piece), checksumOf(piece)
	for range 13 {
		sum = sum.then(sum)
	}
	if want := int64(len(piece)) << 13; sum.size != want || sum.shift != power(want) {
		t.Errorf("got %v, want the size %d", sum, want)
	}
	digest := crc32.NewIEEE()
	for range 1 << 4 {
		_, _ = digest.Write(piece)
	}
	for range 4 {
		crc = crc.then(crc)
	}
	if crc.crc != digest.Sum32() {
		t.Errorf("got %x, want %x", crc.crc, digest.Sum32())
	}
}
