package export

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
)

// agrees reports whether a file has what would be written of a slice now.
func (e *Export) agrees(ctx context.Context, path string, slice Span) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	c := &comparison{file: bufio.NewReaderSize(file, 1<<18)}
	if _, err := e.Write(ctx, c, slice); err != nil {
		return false, err
	}
	_, err = c.file.ReadByte()
	return !c.differs && errors.Is(err, io.EOF), nil
}

// comparison compares what is written to it with a file.
type comparison struct {
	file    *bufio.Reader
	differs bool
	read    []byte
}

func (c *comparison) Write(text []byte) (int, error) {
	if c.differs {
		return len(text), nil
	}
	c.read = append(c.read[:0], text...)
	_, err := io.ReadFull(c.file, c.read)
	c.differs = err != nil || !bytes.Equal(c.read, text)
	return len(text), nil
}
