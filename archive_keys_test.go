package main

import (
	"context"
	"fmt"
	"hash/crc64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// cosBucket is a bucket of COS that accepts one key and counts what it holds.
type cosBucket struct {
	mu       sync.Mutex
	accepted string
	objects  map[string][]byte
}

func (b *cosBucket) accept(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accepted = key
}

// answersOf returns how many answers of an app are there.
func (b *cosBucket) answersOf(appid string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	count := 0
	for name := range b.objects {
		if strings.HasPrefix(name, "/"+appid+"/") && strings.HasSuffix(name, ".gz") {
			count++
		}
	}
	return count
}

func (b *cosBucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	content, found := b.objects[r.URL.Path]
	switch {
	case !strings.Contains(r.Header.Get("Authorization"), "q-ak="+b.accepted+"&"):
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<Error><Code>InvalidAccessKeyId</Code></Error>")
	case r.Method == http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b.objects[r.URL.Path] = body
		w.Header().Set("X-Cos-Hash-Crc64ecma", strconv.FormatUint(crc64.Checksum(body, crc64.MakeTable(crc64.ECMA)), 10))
	case r.URL.Path == "/":
		_, _ = io.WriteString(w, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
	case !found:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
	default:
		_, _ = w.Write(content)
	}
}

// New keys of the bucket are taken while the exporter runs, and nothing is lost.
func TestNewKeysOfTheBucket(t *testing.T) {
	first, second, third := "wx0123456789abcde1", "wx0123456789abcde2", "wx0123456789abcde3"
	simulated := &wechattest.Server{Apps: map[string]wechattest.App{first: {Users: 30}, second: {Users: 30}, third: {Users: 30}}}
	bucket := &cosBucket{accepted: "key-1", objects: map[string][]byte{}}
	weChat, storage := httptest.NewServer(simulated), httptest.NewServer(bucket)
	defer weChat.Close()
	defer storage.Close()
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keys := func(key string) string {
		return file("bucket.yaml", "type: COS\nconfig: {endpoint: \""+storage.URL+"\", secret_id: "+key+", secret_key: "+hushWord+"}\n")
	}
	apps := func(appids ...string) string {
		var list strings.Builder
		list.WriteString("apps:\n")
		for _, appid := range appids {
			list.WriteString("- {appid: " + appid + ", secret: \"" + testSecret + "\"}\n")
		}
		return file("apps.yaml", list.String())
	}
	setEnvironment(t, map[string]string{
		"WXAPP_ARCHIVE_CONFIG_FILE": keys("key-1"), "WXAPP_APPS_FILE": apps(first),
		"WXAPP_LISTEN_ADDRESS": "127.0.0.1:0", "WXAPP_API_URL": weChat.URL,
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stderr := newOutput()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"serve"}, io.Discard, stderr)
		_, _ = fmt.Fprintln(stderr, "msg=listening address= until", err) // in case it does not start
		ended <- err
	}()
	address, _, _ := strings.Cut(stderr.waitFor(t, "msg=listening address="), " ")
	archived := func(appid string) {
		t.Helper()
		for deadline := time.Now().Add(5 * time.Minute); bucket.answersOf(appid) == 0; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no answer of %s is in the bucket:\n%s", appid, stderr)
			}
		}
	}
	archived(first)

	keys("key-2")
	bucket.accept("key-2")
	apps(first, second)
	reload := func() {
		t.Helper()
		status := http.StatusTooManyRequests
		for ; status == http.StatusTooManyRequests; time.Sleep(20 * time.Millisecond) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/-/reload", nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			status = response.StatusCode
		}
		if status != http.StatusOK {
			t.Errorf("the reload: status %d\n%s", status, stderr)
		}
	}
	reload()
	archived(second)

	// A file with a mistake changes nothing, and shows no key.
	file("bucket.yaml", "type: COS\nconfig: "+hushWord+"\n")
	apps(first, second, third)
	reload()
	archived(third)
	stderr.waitFor(t, "the keys of the object storage stay as they are")

	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v\n%s", err, stderr)
	}
	if text := stderr.String(); strings.Contains(text, hushWord) || strings.Contains(text, "answers are lost") {
		t.Errorf("the log:\n%s", text)
	}
}
