package exposition

import (
	"context"
	"io"
	"runtime"

	"github.com/klauspost/compress/gzip"
)

// inflater decompresses answers for clients that do not accept gzip, which takes much more
// processor time than any other scrape. It uses at most half of the processors, so that
// scrapes of clients that do accept gzip stay fast.
type inflater struct {
	working chan struct{} // holds one value for each answer that is being decompressed
}

func newInflater() *inflater {
	return &inflater{make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// inflatedSize is how many bytes are decompressed at a time.
const inflatedSize = 32 << 10

// copy writes the text of a file. It stops when the context ends. While it waits for the
// client to read, others may decompress.
func (i *inflater) copy(ctx context.Context, client io.Writer, file *gzipFile) error {
	text, err := gzip.NewReader(&file.chunks)
	if err != nil {
		return err
	}
	piece := make([]byte, min(file.text.size, inflatedSize))
	for rest := file.text.size; rest > 0; rest -= int64(len(piece)) {
		piece = piece[:min(rest, int64(len(piece)))]
		if err := i.fill(ctx, piece, text); err != nil {
			return err
		}
		if _, err := client.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

// fill decompresses one piece when it is its turn.
func (i *inflater) fill(ctx context.Context, piece []byte, text io.Reader) error {
	select {
	case i.working <- struct{}{}:
		defer func() { <-i.working }()
	case <-ctx.Done():
		return ctx.Err()
	}
	_, err := io.ReadFull(text, piece)
	return err
}
