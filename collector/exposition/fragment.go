package exposition

import (
	"bytes"

	"github.com/klauspost/compress/flate"
)

// fragment is a compressed text that can be put behind others: the fragments of several
// texts in a row are the compressed form of the texts in a row. Its deflate blocks end on
// a byte boundary, none is marked as the last, and none refers to anything before
// the fragment.
type fragment struct {
	blocks []byte
	checksum
}

// deflater makes fragments. It takes about a megabyte.
type deflater struct {
	blocks bytes.Buffer
	writer *flate.Writer
}

// gzipLevel is the level of texts that stay, as of the program gzip: at the default of
// klauspost/compress, which is 5, each scrape would be larger by a twentieth.
const gzipLevel = 6

func newDeflater(level int) *deflater {
	writer, _ := flate.NewWriter(nil, level) // fails for unknown levels only
	return &deflater{writer: writer}
}

// minDeflated is the shortest text that is compressed. A shorter one would not get
// smaller, because the end of a fragment takes five bytes.
const minDeflated = 100

// fragment compresses a text.
func (d *deflater) fragment(text []byte) fragment {
	switch {
	case len(text) == 0:
		return fragment{}
	case len(text) < minDeflated:
		return fragment{append(storedHeader(len(text)), text...), checksumOf(text)}
	}
	d.blocks.Reset()
	d.writer.Reset(&d.blocks)
	_, _ = d.writer.Write(text) // a bytes.Buffer never fails
	_ = d.writer.Flush()        // ends on a byte boundary
	return fragment{bytes.Clone(d.blocks.Bytes()), checksumOf(text)}
}

// maxStored is the longest text that fits into a block without compression.
const maxStored = 1<<16 - 1

// storedHeader returns the header of a block without compression. A text of that length
// has to follow.
func storedHeader(length int) []byte {
	low, high := byte(length&0xff), byte(length>>8&0xff)
	return []byte{0, low, high, ^low, ^high}
}
