package exposition

import (
	"encoding/binary"
	"math"
	"net"
	"slices"
)

// gzipFile is a gzip file in chunks that other files may hold too. It has a single
// member, because some clients, curl and browsers among them, read only the first member of a
// file.
type gzipFile struct {
	chunks net.Buffers
	length int      // of all chunks
	text   checksum // of what is compressed
}

func newGzipFile() *gzipFile {
	f := &gzipFile{}
	const deflate, unknownSystem = 8, 255
	f.append([]byte{0x1f, 0x8b, deflate, 0, 0, 0, 0, 0, 0, unknownSystem})
	return f
}

func (f *gzipFile) append(chunk []byte) {
	f.chunks = append(f.chunks, chunk)
	f.length += len(chunk)
}

// add adds a text that is compressed already.
func (f *gzipFile) add(text fragment) {
	f.append(text.blocks)
	f.text = f.text.then(text.checksum)
}

// addText adds a text without compressing it.
func (f *gzipFile) addText(text []byte) {
	for piece := range slices.Chunk(text, maxStored) {
		f.append(storedHeader(len(piece)))
		f.append(piece)
	}
	f.text = f.text.then(checksumOf(text))
}

// close adds the end: an empty block that is marked as the last, and the checksum.
func (f *gzipFile) close() {
	end := []byte{1, 0, 0, 0xff, 0xff}
	end = binary.LittleEndian.AppendUint32(end, f.text.crc)
	end = binary.LittleEndian.AppendUint32(end, uint32(f.text.size&math.MaxUint32))
	f.append(end)
}
