package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
)

// UnixPrefix begins the address of a unix socket.
const UnixPrefix = "unix:"

// Listen listens on the sockets that systemd has passed to this process, or else on
// addresses of the form host:port or unix:PATH, which a setting has given. Without an error
// there is at least one listener. The error has a line for each address that cannot be
// listened on; it names the setting and says what to do.
//
// A socket file that a dead process has left behind is replaced. Any other file stays, and
// so does the socket of a living process. The socket file is removed when its listener is
// closed.
func Listen(ctx context.Context, setting string, addresses []string) ([]net.Listener, error) {
	listeners, err := activated()
	if err != nil || len(listeners) > 0 {
		return listeners, err
	}
	var failures []error
	for _, address := range addresses {
		listener, err := listen(ctx, address)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: cannot listen on %s; %w", setting, address, err))
			continue
		}
		listeners = append(listeners, listener)
	}
	if len(failures) > 0 {
		closeAll(listeners)
		return nil, errors.Join(failures...)
	}
	return listeners, nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	path, isSocket := strings.CutPrefix(address, UnixPrefix)
	if !isSocket {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return nil, fmt.Errorf("free the port or choose another: %w", err)
		}
		return listener, nil
	}
	if err := removeStale(ctx, path); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("choose a path in a folder that this user can write to: %w", err)
	}
	return listener, nil
}

// removeStale removes a socket file on which nobody listens.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("choose another path: %w", err)
	case info.Mode()&fs.ModeSocket == 0:
		return errors.New("the path is a file that is not a socket; remove it or choose another path")
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	connection, err := new(net.Dialer).DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		_ = connection.Close()
		return errors.New("another process listens on this socket; stop it or choose another path")
	case !errors.Is(err, syscall.ECONNREFUSED): // a socket that refuses connections belongs to nobody
		return fmt.Errorf("another process may listen on this socket; stop it or choose another path: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove the socket left by a dead process, or choose another path: %w", err)
	}
	return nil
}

// dialTimeout bounds how long the owner of a socket may take to accept a connection.
const dialTimeout = 5 * time.Second

// activated returns the sockets that systemd has passed to this process. It has passed them
// only where the unit has a socket, so no setting has to ask for them.
func activated() ([]net.Listener, error) {
	listeners, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("sockets of systemd: %w", err)
	}
	for i, listener := range listeners {
		if listener == nil { // the package leaves out what is no stream socket
			closeAll(listeners)
			return nil, fmt.Errorf("socket %d of systemd cannot be served; write ListenStream= in its .socket unit", i+1)
		}
	}
	return listeners, nil
}

func closeAll(listeners []net.Listener) {
	for _, listener := range listeners {
		if listener != nil {
			_ = listener.Close()
		}
	}
}

// URL returns the address at which a client on this machine finds a server without TLS. That
// of a unix socket is written as nginx does: http://unix:PATH: and the path of the request.
func URL(bound net.Addr) string {
	address, ok := bound.(*net.TCPAddr)
	if !ok {
		return "http://" + UnixPrefix + bound.String() + ":"
	}
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(address.Port))
}
