package wechat

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

func TestFileTokens(t *testing.T) {
	long := strings.Repeat("a", 600)
	path := filepath.Join(t.TempDir(), "token")
	tokens := &FileTokens{Path: path}
	for _, test := range []struct{ content, want string }{
		{"token-1", "token-1"},
		{" token-2\r\n", "token-2"},
		{long, long},
		{"{\"access_token\":\"token-3\",\"expires_in\":7200}\n", "token-3"},
		{`{"errcode":0,"data":{"access_token":"token-5","expires_in":7200}}`, "token-5"},
		{"\xef\xbb\xbftoken-6\r\n", "token-6"},
		{"\n{\"expires_at\":\"noon\",\"access_token\":\"token-4\"}", "token-4"},
	} {
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		token, err := tokens.Token(t.Context())
		if err != nil || token.Value.Reveal() != test.want || !token.Expiry.IsZero() {
			t.Errorf("%q: got %q, %v", test.content, token.Value.Reveal(), err)
		}
		tokens.Invalidate(token)
	}
	for _, content := range []string{"", "\n", "two words", "<html>", `{"token":"x"}`, `{"access_token":`, "\x00\xff", `{"errcode":40125}`, `{"code":500,"data":"failed"}`, `{"success":false,"result":"failed"}`, `{"data":7}`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := tokens.Token(t.Context())
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Reason != ReasonToken || e.Code != "" || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: got %v", content, err)
		}
	}

	tokens.Path += "-of-somebody-else"
	_, err := tokens.Token(t.Context())
	if ReasonOf(err) != ReasonToken || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), tokens.Path) {
		t.Errorf("no file: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tokens.Token(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: got %v", err)
	}
}

func TestFileTokensThatAreNoFile(t *testing.T) {
	folder := t.TempDir()
	_, err := (&FileTokens{Path: folder}).Token(t.Context())
	if ReasonOf(err) != ReasonToken || !errors.Is(err, files.ErrNotRegular) || !strings.Contains(err.Error(), folder) {
		t.Errorf("got %v", err)
	}
	pipe := filepath.Join(folder, "pipe") // opening one blocks until somebody writes to it
	if err := exec.CommandContext(t.Context(), "mkfifo", pipe).Run(); err != nil {
		t.Fatal(err)
	}
	_, err = (&FileTokens{Path: pipe}).Token(t.Context())
	if want := "token: the token file " + pipe + ": is a named pipe, not a regular file"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	file := filepath.Join(folder, "token")
	if err := os.WriteFile(file, make([]byte, MaxTokenFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = (&FileTokens{Path: file}).Token(t.Context()); ReasonOf(err) != ReasonToken || !strings.Contains(err.Error(), "larger than 65536 bytes") {
		t.Errorf("got %v", err)
	}
}

// TestFileTokensOnDeadMount reads a file whose file system does not answer, until it
// does.
func TestFileTokensOnDeadMount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := &FileTokens{Path: "/mnt/token"}
		answers := make(chan struct{})
		var reads atomic.Int32
		read := func() ([]byte, error) {
			reads.Add(1)
			<-answers
			return []byte("token"), nil
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if _, err := tokens.token(ctx, read); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("got %v after %s", err, time.Since(begin))
		}
		begin = time.Now()
		_, err := tokens.token(t.Context(), read)
		if want := "token: the token file /mnt/token: the file system does not answer within 10s"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if ReasonOf(err) != ReasonToken || time.Since(begin) != files.Timeout {
			t.Errorf("reason %s after %s", ReasonOf(err), time.Since(begin))
		}
		if reads.Load() != 1 {
			t.Errorf("%d reads are stuck, want no further one while the first is", reads.Load())
		}
		close(answers)
		synctest.Wait()
		if token, err := tokens.token(t.Context(), read); err != nil || token.Value.Reveal() != "token" || reads.Load() != 2 {
			t.Errorf("got %q, %v in %d reads", token.Value.Reveal(), err, reads.Load())
		}
	})
}
