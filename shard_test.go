package main

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// An export takes the apps of the shard, and says so. The third app of the demo is of shard 1 of
// 3, which of the others has the second; shard 2 has none.
func TestExportOfAShard(t *testing.T) {
	folder := demoArchive(t)
	export := func(index string, args ...string) (stdout, stderr string, err error) {
		setEnvironment(t, map[string]string{"WXAPP_ARCHIVE": folder, "WXAPP_SHARD": index, "WXAPP_TOTAL_SHARDS": "3"})
		var out, told bytes.Buffer
		err = run(t.Context(), append([]string{"export", "--slice=240h"}, args...), &out, &told)
		return out.String(), told.String(), err
	}
	all, notes, err := export("1")
	if err != nil || notes != "wxapp_exporter: only the apps of shard 1 of 3 are taken; set WXAPP_TOTAL_SHARDS=1 for all apps\n" {
		t.Errorf("%v, %s", err, notes)
	}
	for id, want := range map[string]bool{"wxdemo0000000000c1": false, "wxdemo0000000000c2": true, "wxdemo0000000000c3": true} {
		if strings.Contains(all, id) != want {
			t.Errorf("%s is exported: %v", id, !want)
		}
	}
	if one, notes, err := export("1", "--app=wxdemo0000000000c3"); err != nil || notes != "" || strings.Contains(one, "wxdemo0000000000c2") {
		t.Errorf("%v, %s", err, notes)
	}
	if _, _, err := export("1", "--app=wxdemo0000000000c1"); err == nil || !strings.HasPrefix(err.Error(), "--app: the app belongs to shard 0 of 3") {
		t.Errorf("an app of another shard: %v", err)
	}
	if _, _, err := export("2"); err == nil || err.Error() != "WXAPP_ARCHIVE: nothing to export: the archive has no answers of apps of shard 2 of 3" {
		t.Errorf("a shard without apps: %v", err)
	}
	// The slices of two shards do not mix in a folder.
	output := t.TempDir()
	if _, _, err := export("1", "--output", output); err != nil {
		t.Fatal(err)
	}
	if _, _, err := export("0", "--output", output); err == nil || !strings.Contains(err.Error(), `--app, which was "shard 1 of 3" and is now "shard 0 of 3"`) {
		t.Errorf("another shard in the same folder: %v", err)
	}
}

func TestBackfillOfAnotherShard(t *testing.T) {
	setEnvironment(t, map[string]string{
		"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret, "WXAPP_ARCHIVE": t.TempDir(), "WXAPP_SHARD": "1", "WXAPP_TOTAL_SHARDS": "3",
	})
	err := run(t.Context(), []string{"backfill", "--app=wx0123456789abcdef"}, io.Discard, io.Discard)
	if err == nil || !strings.HasPrefix(err.Error(), "--app: the app belongs to shard 2 of 3") {
		t.Error(err)
	}
}

// A shard without apps starts, serves, is ready, and asks WeChat for nothing.
func TestShardWithoutApps(t *testing.T) {
	wechat := &wechattest.Server{}
	api := httptest.NewServer(wechat)
	defer api.Close()
	setEnvironment(t, map[string]string{
		"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret, "WXAPP_ARCHIVE": t.TempDir(), "WXAPP_API_URL": api.URL,
		"WXAPP_LISTEN_ADDRESS": "127.0.0.1:0", "WXAPP_SHARD": "0", "WXAPP_TOTAL_SHARDS": "3",
	})
	ctx, stop := context.WithCancel(t.Context())
	stderr, ended := newOutput(), make(chan error, 1)
	go func() { ended <- run(ctx, []string{"serve"}, io.Discard, stderr) }()
	line := stderr.waitFor(t, "msg=listening address=")
	if !strings.HasSuffix(line, `apps=0 shard="0 of 3" all_apps=1`) {
		t.Errorf("logged: %s", line)
	}
	address, _, _ := strings.Cut(line, " ")
	for path, want := range map[string]string{
		"/-/ready": "The exporter is ready. It is shard 0 of 3: 0 of 1 apps.", "/": "shard 0 of 3", "/metrics": "wxapp_exporter_build_info", "/sd": address,
	} {
		if status, body := getPage(t, "http://"+address+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: status %d: %s", path, status, body)
		}
	}
	stop()
	if err := <-ended; err != nil || len(wechat.Calls()) > 0 {
		t.Errorf("it ended with %v after %d calls", err, len(wechat.Calls()))
	}
}
