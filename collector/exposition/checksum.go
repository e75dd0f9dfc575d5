package exposition

import "hash/crc32"

// checksum is what a gzip file says about its text. The checksums of two texts can be
// combined into that of one text followed by the other.
type checksum struct {
	crc uint32
	// shift is x^(8·size) modulo the polynomial of CRC-32. The CRC of a text is multiplied
	// by it when this text follows.
	shift uint32
	size  int64
}

// checksumOf returns the checksum of a text.
func checksumOf(text []byte) checksum {
	size := int64(len(text))
	return checksum{crc32.ChecksumIEEE(text), power(size), size}
}

// then returns the checksum of c's text followed by that of next.
func (c checksum) then(next checksum) checksum {
	switch {
	case c.size == 0:
		return next
	case next.size == 0:
		return c
	}
	return checksum{
		crc:   multiply(c.crc, next.shift) ^ next.crc,
		shift: multiply(c.shift, next.shift),
		size:  c.size + next.size,
	}
}

// CRC-32 works with polynomials whose coefficients are 0 and 1. The highest bit of a
// number stands for x^0, the lowest for x^31.
const (
	one     = 1 << 31 // x^0
	xToThe8 = 1 << 23 // x^8
)

// multiply returns the product of two polynomials modulo that of CRC-32.
func multiply(a, b uint32) (product uint32) {
	for ; a != 0; a <<= 1 {
		product ^= b & -(a >> 31)
		b = b>>1 ^ crc32.IEEE&-(b&1)
	}
	return product
}

// power returns x^(8·n).
func power(n int64) uint32 {
	result, square := uint32(one), uint32(xToThe8)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result = multiply(result, square)
		}
		square = multiply(square, square)
	}
	return result
}
