//go:build unix

package files

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestRead(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("file", []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	// As Kubernetes mounts a secret: a link to a file in a linked folder.
	for link, target := range map[string]string{"data": ".", "link": filepath.Join("data", "file"), "dangling": "absent"} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("pipe", "piped"); err != nil {
		t.Fatal(err)
	}
	socket, err := new(net.ListenConfig).Listen(t.Context(), "unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()

	for _, test := range []struct {
		path  string
		limit int64
		want  string
	}{
		{"file", 5, ""},
		{"link", 6, ""},
		{"file", 4, "read file: is larger than 4 bytes"},
		{"absent", 5, "read absent: no such file or directory"},
		{"dangling", 5, "read dangling: no such file or directory"},
		{".", 5, "read .: is a folder, not a regular file"},
		{"data", 5, "read data: is a folder, not a regular file"},
		{"pipe", 5, "read pipe: is a named pipe, not a regular file"},
		{"piped", 5, "read piped: is a named pipe, not a regular file"},
		{"socket", 5, "read socket: is a socket, not a regular file"},
		{os.DevNull, 5, "read " + os.DevNull + ": is a device, not a regular file"},
	} {
		content, err := Read(test.path, test.limit)
		if test.want == "" {
			if err != nil || string(content) != "12345" {
				t.Errorf("%s: %q, %v", test.path, content, err)
			}
			continue
		}
		if err == nil || err.Error() != test.want || content != nil {
			t.Errorf("%s: %q, %v, want %s", test.path, content, err, test.want)
		}
		if got, want := errors.Is(err, ErrNotRegular), strings.Contains(test.want, "regular"); got != want {
			t.Errorf("%s: ErrNotRegular is %t, want %t", test.path, got, want)
		}
		if got, want := errors.Is(err, ErrTooLarge), strings.Contains(test.want, "larger"); got != want {
			t.Errorf("%s: ErrTooLarge is %t, want %t", test.path, got, want)
		}
		if got, want := errors.Is(err, fs.ErrNotExist), strings.Contains(test.want, "no such"); got != want {
			t.Errorf("%s: fs.ErrNotExist is %t, want %t", test.path, got, want)
		}
	}
}
