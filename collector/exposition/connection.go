package exposition

import (
	"context"
	"net"
)

// sendBuffer is what the kernel may hold of an answer, in bytes. Linux takes twice as
// much for it, and that has to fit into the cache of a processor.
const sendBuffer = 512 << 10

// ConnContext is for the field of that name of an http.Server with a Handler. It keeps
// the kernel from letting the send buffer of a connection grow to several megabytes:
// copying a long answer through the cache of the processor takes about two thirds of
// the time. A connection whose buffer cannot be set stays as it is.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	if tls, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = tls.NetConn()
	}
	if tcp, ok := conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = tcp.SetWriteBuffer(sendBuffer)
	}
	return ctx
}
