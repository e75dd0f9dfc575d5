package exposition

import (
	"encoding/binary"
	"math"
	"net"
	"slices"
)

// member is a gzip file of one member, in chunks that others may hold too. Some
// clients, curl and browsers among them, read no further than the first member of a
// file, so that whole files cannot be put in a row.
type member struct {
	chunks net.Buffers
	length int      // of all chunks
	text   checksum // of what is compressed
}

func newMember() *member {
	m := &member{}
	const deflate, unknownSystem = 8, 255
	m.append([]byte{0x1f, 0x8b, deflate, 0, 0, 0, 0, 0, 0, unknownSystem})
	return m
}

func (m *member) append(chunk []byte) {
	m.chunks = append(m.chunks, chunk)
	m.length += len(chunk)
}

// add adds a text.
func (m *member) add(p part) {
	m.append(p.blocks)
	m.text = m.text.then(p.checksum)
}

// addText adds a text without compressing it.
func (m *member) addText(text []byte) {
	for piece := range slices.Chunk(text, maxStored) {
		m.append(storedHeader(len(piece)))
		m.append(piece)
	}
	m.text = m.text.then(checksumOf(text))
}

// close adds the end: an empty block that is marked as the last, and the checksum.
func (m *member) close() {
	end := []byte{1, 0, 0, 0xff, 0xff}
	end = binary.LittleEndian.AppendUint32(end, m.text.crc)
	end = binary.LittleEndian.AppendUint32(end, uint32(m.text.size&math.MaxUint32))
	m.append(end)
}
