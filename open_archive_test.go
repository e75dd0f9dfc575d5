package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
)

// Made-up numbers and real ones never meet: a demo refuses a real archive, and the exporter
// that of a demo.
func TestDemoAndRealArchives(t *testing.T) {
	for _, test := range []struct{ layout, command, want string }{
		{`{"version":2}`, "demo", "WXAPP_ARCHIVE: the archive contains real numbers, and a demo must not write to it; set WXAPP_ARCHIVE to another folder"},
		{`{"version":2}`, "demo --past-only", "WXAPP_ARCHIVE: the archive contains real numbers, and a demo must not write to it; set WXAPP_ARCHIVE to another folder"},
		{`{"version":2,"demo":true}`, "serve", "WXAPP_ARCHIVE: the archive contains the made-up numbers of a demo; set WXAPP_ARCHIVE to another folder"},
		{`{"version":9}`, "serve", "WXAPP_ARCHIVE: the archive was written by a later version: it has version 9, and this program supports up to version 2; run that version, or set WXAPP_ARCHIVE to another folder"},
		{`{"version":9}`, "backfill", "WXAPP_ARCHIVE: the archive was written by a later version: it has version 9, and this program supports up to version 2; run that version, or set WXAPP_ARCHIVE to another folder"},
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "archive.json"), []byte(test.layout), 0o600); err != nil {
			t.Fatal(err)
		}
		setEnvironment(t, map[string]string{
			"WXAPP_ARCHIVE": folder, "WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret, "WXAPP_LISTEN_ADDRESS": "127.0.0.1:0", "WXAPP_API_URL": "http://127.0.0.1:1",
		})
		err := run(t.Context(), strings.Fields(test.command), io.Discard, io.Discard)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s on %s: %v\nwant %s", test.command, test.layout, err, test.want)
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
			t.Errorf("%s on %s: the folder holds %v, %v", test.command, test.layout, entries, err)
		}
	}
}

// A demo does not write into a folder of something else, and does not claim to know what that is.
func TestDemoInAForeignFolder(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": folder, "WXAPP_LISTEN_ADDRESS": "127.0.0.1:0"})
	const want = `WXAPP_ARCHIVE: the archive is neither empty nor that of a demo: it holds the folder "photos"; set WXAPP_ARCHIVE to another folder`
	for _, command := range []string{"demo", "demo --past-only"} {
		if err := run(t.Context(), strings.Fields(command), io.Discard, io.Discard); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", command, err, want)
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
			t.Errorf("%s: the folder holds %v, %v", command, entries, err)
		}
	}
}

// A bucket with the numbers of a demo is refused too, and the message names the setting
// that led there.
func TestDemoInABucket(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"0"`)
		w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 01:02:03 GMT")
		_, _ = io.WriteString(w, `{"version":2,"demo":true}`)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "bucket.yaml")
	if err := os.WriteFile(file, []byte("type: S3\nconfig: {bucket: answers, region: eu, insecure: true, access_key: "+hushWord+", secret_key: "+hushWord+
		", endpoint: \""+server.Listener.Addr().String()+"\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	setEnvironment(t, map[string]string{
		"WXAPP_ARCHIVE_CONFIG_FILE": file, "WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret, "WXAPP_LISTEN_ADDRESS": "127.0.0.1:0", "WXAPP_API_URL": "http://127.0.0.1:1",
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // in case it starts
	defer cancel()
	var stderr strings.Builder
	err := run(ctx, []string{"serve"}, io.Discard, &stderr)
	want := "WXAPP_ARCHIVE_CONFIG_FILE: the archive contains the made-up numbers of a demo; set another bucket or prefix in that file"
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant %s\n%s", err, want, &stderr)
	}
}

// A spool belongs to one process, and a second exporter says so before it does anything.
func TestSecondExporterOnOneSpool(t *testing.T) {
	folder := t.TempDir()
	spool, err := archive.OpenSpool(filepath.Join(folder, "spool"), func(text string) { t.Error(text) })
	if err != nil {
		t.Fatal(err)
	}
	setEnvironment(t, map[string]string{
		"WXAPP_ARCHIVE": filepath.Join(folder, "archive"), "WXAPP_ARCHIVE_SPOOL": filepath.Join(folder, "spool"),
		"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret, "WXAPP_LISTEN_ADDRESS": "127.0.0.1:0", "WXAPP_API_URL": "http://127.0.0.1:1",
	})
	const want = "WXAPP_ARCHIVE_SPOOL: another process uses this folder; give each process a folder of its own"
	if err := run(t.Context(), []string{"serve"}, io.Discard, io.Discard); err == nil || err.Error() != want {
		t.Errorf("error %v\nwant %s", err, want)
	}
	if err := spool.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stderr, ended := newOutput(), make(chan error, 1)
	go func() { ended <- run(ctx, []string{"serve"}, io.Discard, stderr) }()
	stderr.waitFor(t, "listening")
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("when the spool is free: %v", err)
	}
	if again, err := archive.OpenSpool(filepath.Join(folder, "spool"), nil); err != nil {
		t.Errorf("after the exporter: %v", err)
	} else {
		_ = again.Close()
	}
}

// Exporters on one archive have a heartbeat each, which no other command takes for an app, and which
// is gone when they have stopped.
func TestExportersOnOneArchive(t *testing.T) {
	folder := t.TempDir()
	setEnvironment(t, map[string]string{
		"WXAPP_ARCHIVE": folder, "WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret, "WXAPP_LISTEN_ADDRESS": "127.0.0.1:0", "WXAPP_API_URL": "http://127.0.0.1:1",
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for range 2 {
		stderr := newOutput()
		go func() { ended <- run(ctx, []string{"serve"}, io.Discard, stderr) }()
		stderr.waitFor(t, "listening")
	}
	beats := func() []string {
		names, err := filepath.Glob(filepath.Join(folder, "exporter-*.json"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	await := func(number int) {
		t.Helper()
		for deadline := time.Now().Add(5 * time.Minute); len(beats()) != number; runtime.Gosched() {
			if time.Now().After(deadline) {
				t.Fatalf("there are %q, want %d", beats(), number)
			}
		}
	}
	await(2)
	for _, name := range beats() {
		if content, err := os.ReadFile(name); err != nil || !strings.Contains(string(content), `"apps":["wx0123456789abcdef"]`) {
			t.Errorf("%s holds %s, %v", name, content, err)
		}
	}
	if err := run(t.Context(), []string{"export", "--app", "exporter"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "--app") {
		t.Errorf("an export of a heartbeat: %v", err)
	}
	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	await(0) // which a stop waits for, but not for long
}
