package otlp

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

// Messages are gzip that others can read, and none holds anything of the one before.
func TestCompressor(t *testing.T) {
	compressor := Compressor()
	if name := compressor.Name(); name != "gzip" {
		t.Errorf("it is registered as %q", name)
	}
	for _, message := range []string{strings.Repeat("tea ", 100_000), "house", ""} {
		var compressed bytes.Buffer
		writer, err := compressor.Compress(&compressed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write([]byte(message)); err != nil {
			t.Fatal(err)
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		for name, read := range map[string]func(io.Reader) (io.Reader, error){
			"compress/gzip":  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			"the compressor": compressor.Decompress,
		} {
			reader, err := read(bytes.NewReader(compressed.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(reader); err != nil || string(got) != message {
				t.Errorf("%s read %d of %d bytes: %v", name, len(got), len(message), err)
			}
		}
	}
}
