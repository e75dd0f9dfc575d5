package exposition

import (
	"context"
	"net"
)

// sendBuffer is how many bytes of an answer the kernel may hold. Linux uses twice as
// much memory for them, and that should fit into the cache of a processor.
const sendBuffer = 512 << 10

// ConnContext is for the field of the same name of an http.Server that serves a Handler.
// It keeps the kernel from growing the send buffer of a connection to several megabytes:
// a long answer takes a third less time if it is copied within the cache of the
// processor. A connection whose buffer cannot be set stays as it is.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	for {
		wrapper, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = wrapper.NetConn()
	}
	if tcp, ok := conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = tcp.SetWriteBuffer(sendBuffer)
	}
	return ctx
}
