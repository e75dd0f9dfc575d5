package exposition

import (
	"bytes"
	"compress/flate"
)

// part is a compressed text. Its deflate blocks end on a byte boundary, none is marked
// as the last, and none refers to what stands before the part, so that parts in a row
// are the compressed form of their texts in a row.
type part struct {
	blocks []byte
	checksum
}

// deflater makes parts. It takes about a megabyte.
type deflater struct {
	blocks bytes.Buffer
	writer *flate.Writer
}

func newDeflater() *deflater {
	writer, _ := flate.NewWriter(nil, flate.DefaultCompression) // fails for unknown levels only
	return &deflater{writer: writer}
}

// worthwhile is the length from which on a text is compressed. Shorter ones would not
// get smaller, since the end of a part takes five bytes.
const worthwhile = 100

// part compresses a text.
func (d *deflater) part(text []byte) part {
	switch {
	case len(text) == 0:
		return part{}
	case len(text) < worthwhile:
		return part{append(storedHeader(len(text)), text...), checksumOf(text)}
	}
	d.blocks.Reset()
	d.writer.Reset(&d.blocks)
	_, _ = d.writer.Write(text) // a bytes.Buffer takes everything
	_ = d.writer.Flush()        // ends on a byte boundary
	return part{bytes.Clone(d.blocks.Bytes()), checksumOf(text)}
}

// maxStored is the longest text of a block without compression.
const maxStored = 1<<16 - 1

// storedHeader returns the beginning of a block without compression, to be followed by a
// text of that length.
func storedHeader(length int) []byte {
	low, high := byte(length&0xff), byte(length>>8&0xff)
	return []byte{0, low, high, ^low, ^high}
}
