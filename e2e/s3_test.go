package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// The keys of the bucket.
const (
	accessKey = "access5ec2e7key"
	secretKey = "secret5ec2e7key0123456789"
)

// s3 is an S3 server with one bucket, which can go away, come back and fail.
type s3 struct {
	bucket  string
	address string // that the exporter knows
	client  *minio.Client
	storage http.Handler

	mu      sync.Mutex
	fault   http.Handler // answers in the place of the storage, if there is one
	running *http.Server
	serving sync.WaitGroup
}

// startS3 starts a server in this process, or one before the server that E2E_S3 names by
// host:port, such as a MinIO with the keys above.
func startS3(t *testing.T) *s3 {
	t.Helper()
	s := &s3{bucket: strings.ToLower("answers-" + strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))}
	if real := os.Getenv("E2E_S3"); real != "" {
		s.storage = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: real})
			r.Out.Host = r.In.Host // which is signed
		}, ErrorLog: log.New(io.Discard, "", 0)}
		s.bucket = fmt.Sprintf("answers-%d-%d", os.Getpid(), crc32.ChecksumIEEE([]byte(t.Name()))) // it keeps them
	} else {
		s.storage = gofakes3.New(s3mem.New()).Server()
	}
	inspected := httptest.NewServer(s.storage)
	t.Cleanup(inspected.Close)
	client, err := minio.New(inspected.Listener.Addr().String(), &minio.Options{Creds: credentials.NewStaticV4(accessKey, secretKey, ""), Region: "eu"})
	if err != nil {
		t.Fatal(err)
	}
	s.client, s.address = client, program.HoldPort(t)
	if err := client.MakeBucket(t.Context(), s.bucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	s.comeBack(t)
	t.Cleanup(s.goAway)
	return s
}

func (s *s3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := s.fault
	s.mu.Unlock()
	if fault != nil {
		fault.ServeHTTP(w, r)
		return
	}
	s.storage.ServeHTTP(w, r)
}

// fail lets a handler answer, until it is called with nil.
func (s *s3) fail(fault http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// goAway closes the port of the server and all connections.
func (s *s3) goAway() {
	if s.running != nil {
		_ = s.running.Close()
		s.serving.Wait()
		s.running = nil
	}
}

// comeBack serves, always on the same port.
func (s *s3) comeBack(t *testing.T) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	s.running = &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0)} //nolint:gosec // a test
	s.serving.Go(func() { _ = s.running.Serve(listener) })
}

// setting returns the setting that keeps the archive in this bucket.
func (s *s3) setting(t *testing.T) string {
	t.Helper()
	return "WXAPP_ARCHIVE_CONFIG_FILE=" + write(t, "bucket.yaml", fmt.Sprintf(
		"type: S3\nprefix: wxapp\nconfig: {bucket: %s, endpoint: %q, region: eu, insecure: true, access_key: %s, secret_key: %s}\n",
		s.bucket, s.address, accessKey, secretKey))
}

// answers returns what the bucket holds of answers, unpacked, by their keys.
func (s *s3) answers(t *testing.T) map[string]string {
	t.Helper()
	answers := map[string]string{}
	for _, key := range s.keys(t) {
		if !strings.HasSuffix(key, ".json.gz") {
			continue
		}
		reader, err := gzip.NewReader(bytes.NewReader(s.object(t, key)))
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		answer, err := io.ReadAll(reader)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		answers[key] = string(answer)
	}
	return answers
}

// keys returns the keys of all objects.
func (s *s3) keys(t *testing.T) (keys []string) {
	t.Helper()
	for object := range s.client.ListObjects(t.Context(), s.bucket, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			t.Fatal(object.Err)
		}
		keys = append(keys, object.Key)
	}
	return keys
}

// object returns the content of an object.
func (s *s3) object(t *testing.T, key string) []byte {
	t.Helper()
	object, err := s.client.GetObject(t.Context(), s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(object)
	if err := errors.Join(err, object.Close()); err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return content
}

// recorder is a WeChat that remembers which portraits it gave. Those without rows, as they
// come before a day is published, are not kept and do not count.
type recorder struct {
	wechat http.Handler

	mu    sync.Mutex
	given []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	answer := httptest.NewRecorder()
	r.wechat.ServeHTTP(answer, request)
	body := answer.Body.String()
	if request.URL.Path == portraitPath && hasRows(body) {
		r.mu.Lock()
		r.given = append(r.given, body)
		r.mu.Unlock()
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = io.WriteString(w, body)
}

// hasRows reports whether an answer is a portrait with rows.
func hasRows(answer string) bool { return strings.Contains(answer, `"value":`) }

// lost returns how many of the portraits that were given are not among the answers, byte for byte. One
// whose numbers came again, in whatever order, need not be kept again: when a day ends, what is held is
// read once more.
func (r *recorder) lost(answers map[string]string) (lost, given int) {
	kept := map[string]int{}
	for _, answer := range answers {
		kept[answer]++
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	known := map[string]bool{}
	for _, answer := range r.given {
		numbers := numbersOf(answer)
		switch {
		case kept[answer] > 0:
			kept[answer]--
			known[numbers] = true
		case !known[numbers]:
			lost++
		}
	}
	return lost, len(r.given)
}

// numbersOf returns what an answer says, in an order of its own.
func numbersOf(answer string) string {
	var content any
	if err := json.Unmarshal([]byte(answer), &content); err != nil {
		return answer
	}
	return ordered(content)
}

func ordered(content any) string {
	var parts []string
	switch c := content.(type) {
	case map[string]any:
		for name, value := range c {
			parts = append(parts, name+":"+ordered(value))
		}
	case []any:
		for _, value := range c {
			parts = append(parts, ordered(value))
		}
	default:
		return fmt.Sprint(c)
	}
	slices.Sort(parts)
	return fmt.Sprint(parts)
}
