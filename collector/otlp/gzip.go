package otlp

import (
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"google.golang.org/grpc/encoding"
	grpcgzip "google.golang.org/grpc/encoding/gzip"
)

// gzipWriter compresses a message. It is large, so Close leaves it to the next message.
type gzipWriter struct {
	*gzip.Writer
	idle *sync.Pool // of *gzipWriter
}

func newGzipWriter(to io.Writer, idle *sync.Pool) *gzipWriter {
	writer, ok := idle.Get().(*gzipWriter)
	if !ok {
		writer = &gzipWriter{gzip.NewWriter(to), idle}
	}
	writer.Reset(to)
	return writer
}

func (w *gzipWriter) Close() error {
	defer w.idle.Put(w)
	return w.Writer.Close()
}

// Compressor returns gRPC's gzip with a faster writer. gRPC finds compressors by their name in
// a registry of the process, so the program registers it before it does anything else. Without
// that, gRPC uses its own.
func Compressor() encoding.Compressor {
	return &compressor{Compressor: encoding.GetCompressor(grpcgzip.Name)}
}

type compressor struct {
	encoding.Compressor
	idle sync.Pool
}

func (c *compressor) Compress(to io.Writer) (io.WriteCloser, error) {
	return newGzipWriter(to, &c.idle), nil
}
