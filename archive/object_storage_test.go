package archive_test

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"io/fs"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// What the keys of the buckets in these tests consist of.
const hushed = "hush5ec2e7"

// storage is an object storage that holds its objects in memory: as much of S3 as the
// archive uses. COS has the same requests, with the bucket in the host.
type storage struct {
	mu      sync.Mutex
	objects map[string]string
	lists   []string // that were asked for
}

func (s *storage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/"), "bucket/")
	content, ok := s.objects[key]
	switch {
	case r.Method == http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.objects[key] = string(body)
		w.Header().Set("X-Cos-Hash-Crc64ecma", strconv.FormatUint(crc64.Checksum(body, crc64.MakeTable(crc64.ECMA)), 10))
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Query().Has("delimiter") || key == "":
		s.list(w, r.URL.Query().Get("prefix"), r.URL.Query().Get("start-after")+r.URL.Query().Get("marker"))
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<Error><Code>NoSuchKey</Code></Error>`)
	default:
		w.Header().Set("ETag", `"0"`)
		w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 01:02:03 GMT")
		_, _ = io.WriteString(w, content)
	}
}

func (s *storage) list(w io.Writer, prefix, after string) {
	s.lists = append(s.lists, prefix+" after "+after)
	_, _ = io.WriteString(w, "<ListBucketResult><IsTruncated>false</IsTruncated>")
	folders := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok || key <= after {
			continue
		}
		if folder, _, deeper := strings.Cut(rest, "/"); deeper {
			folders[folder] = true
		} else {
			fmt.Fprintf(w, "<Contents><Key>%s</Key></Contents>", key)
		}
	}
	for folder := range folders {
		fmt.Fprintf(w, "<CommonPrefixes><Prefix>%s%s/</Prefix></CommonPrefixes>", prefix, folder)
	}
	_, _ = io.WriteString(w, "</ListBucketResult>")
}

// inStorage returns the buckets of a server, by the protocol with which they are asked.
func inStorage(t *testing.T, handler http.Handler) map[string]*archive.ObjectStorage {
	t.Helper()
	return inStorageTried(t, handler, 1)
}

// inStorageTried is inStorage of buckets that are asked several times.
func inStorageTried(t *testing.T, handler http.Handler, tries int) map[string]*archive.ObjectStorage {
	t.Helper()
	buckets := map[string]*archive.ObjectStorage{}
	for kind, configuration := range configurations(t, handler, tries) {
		buckets[kind] = open(t, configuration)
	}
	return buckets
}

// configurations returns the configurations of the buckets of a server.
func configurations(t *testing.T, handler http.Handler, tries int) map[string]string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	write(t, trusted, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	retries := strings.NewReplacer("max_retries: 1", fmt.Sprint("max_retries: ", tries))
	return map[string]string{
		"S3":  retries.Replace(s3YAML(server.Listener.Addr().String(), trusted)),
		"COS": retries.Replace(cosYAML(server.URL, trusted)),
	}
}

func s3YAML(address, trusted string) string {
	return fmt.Sprintf("type: S3\nprefix: some/where\nconfig:\n  bucket: bucket\n  endpoint: %q\n  region: eu\n  max_retries: 1\n"+
		"  access_key: access-%[2]s\n  secret_key: secret-%[2]s\n  session_token: session-%[2]s\n  http_config: {tls_config: {ca_file: %[3]q}}\n",
		address, hushed, trusted)
}

func cosYAML(url, trusted string) string {
	return fmt.Sprintf("type: COS\nprefix: some/where\nconfig:\n  endpoint: %q\n  max_retries: 1\n"+
		"  secret_id: id-%[2]s\n  secret_key: secret-%[2]s\n  http_config: {tls_config: {ca_file: %[3]q}}\n",
		url, hushed, trusted)
}

func open(t *testing.T, configuration string) *archive.ObjectStorage {
	t.Helper()
	bucket, err := archive.NewObjectStorage([]byte(configuration))
	if err != nil {
		t.Fatal(err)
	}
	return bucket
}

// An archive in an object storage is the same as one in a folder.
func TestArchiveInObjectStorage(t *testing.T) {
	for kind := range map[string]bool{"S3": true, "COS": true} {
		t.Run(kind, func(t *testing.T) {
			server := &storage{objects: map[string]string{"some/where/": "", "some/whereabouts": ""}}
			kept := archive.Archive{Bucket: inStorage(t, server)[kind]}
			if state, err := kept.State(t.Context(), appid); err != nil || !state.LastPoll.IsZero() {
				t.Errorf("state %+v, %v", state, err)
			}
			if err := kept.Prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			key := portraitKey(wechat.Range7Days, answered)
			save(t, kept, key, `{"answer":1}`)
			if err := kept.SaveState(t.Context(), appid, poller.State{LastPoll: answered}); err != nil {
				t.Fatal(err)
			}

			want := []string{
				"some/where/", "some/where/archive.json", "some/where/doctor-probe",
				"some/where/" + appid + "/7d/20261123_20261124T010203.000000004Z.json.gz",
				"some/where/" + appid + "/state.json", "some/whereabouts",
			}
			if got := slices.Sorted(maps.Keys(server.objects)); !slices.Equal(got, want) {
				t.Errorf("objects %q, want %q", got, want)
			}
			if answer, err := kept.Answer(t.Context(), appid, key); err != nil || string(answer) != `{"answer":1}` {
				t.Errorf("answer %q, %v", answer, err)
			}
			if state, err := kept.State(t.Context(), appid); err != nil || !state.LastPoll.Equal(answered) {
				t.Errorf("state %+v, %v", state, err)
			}
			if keys, err := kept.List(t.Context(), appid, statistic(t, "7d"), wechat.Day{}); err != nil || !slices.Equal(keys, []poller.AnswerKey{key}) {
				t.Errorf("keys %v, %v", keys, err)
			}
			if apps, err := kept.Apps(t.Context()); err != nil || !slices.Equal(apps, []string{appid}) {
				t.Errorf("apps %v, %v", apps, err)
			}
			if names, err := kept.Bucket.List(t.Context(), "", ""); err != nil || !slices.Equal(names, []string{"archive.json", "doctor-probe"}) {
				t.Errorf("objects at the root %v, %v", names, err)
			}
		})
	}
}

// Of the answers from a day on, a storage is asked for these alone, and a folder has the same.
func TestListFromADay(t *testing.T) {
	day := window(wechat.Range1Day).End
	server := &storage{objects: map[string]string{}}
	buckets := map[string]archive.Bucket{"folder": archive.Folder{Path: t.TempDir()}}
	for kind, bucket := range inStorage(t, server) {
		buckets[kind] = bucket
	}
	for kind, bucket := range buckets {
		t.Run(kind, func(t *testing.T) {
			clear(server.objects)
			kept := archive.Archive{Bucket: bucket}
			for _, ago := range []int{400, 2, 1, 0} {
				key := portraitKey(wechat.Range1Day, answered)
				key.Window.End = day.Add(-ago)
				save(t, kept, key, "{}")
			}
			for from, want := range map[wechat.Day]int{day.Add(1): 0, day: 1, day.Add(-1): 2, day.Add(-2): 3, day.Add(-3): 3, {}: 4} {
				server.lists = nil
				keys, err := kept.List(t.Context(), appid, statistic(t, "1d"), from)
				if err != nil || len(keys) != want {
					t.Errorf("from %s: %v, %v, want %d keys", from, keys, err, want)
				}
				begin := ""
				if !from.IsZero() {
					begin = "some/where/" + appid + "/1d/" + from.String()
				}
				if asked := "some/where/" + appid + "/1d/ after " + begin; kind != "folder" && !slices.Equal(server.lists, []string{asked}) {
					t.Errorf("from %s: the storage is asked for %q, want %q", from, server.lists, asked)
				}
			}
		})
	}
}

// echo answers with all that a request held, as proxies and error pages do.
func echo(status int, begin, end string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, "%s%s%v%s", begin, r.URL, r.Header, end)
	}
}

// Whatever a storage answers, the error says what happened and shows no key, no token and
// no signature. Nothing but the code that a storage documents means that an object is
// missing, because the exporter writes a new state where one is missing.
func TestStorageThatRefuses(t *testing.T) {
	tests := []struct {
		name   string
		answer http.Handler
		want   string
	}{
		{"403", echo(403, "<Error><Code>AccessDenied</Code><Message>", "</Message></Error>"), "returned 403 (AccessDenied)"},
		{"403 with a code that echoes", echo(403, "<Error><Code>", "</Code></Error>"), "returned 403"},
		{"500", echo(500, "<Error><Code>InternalError</Code><Message>", "</Message></Error>"), "returned 500"},
		{"503", echo(503, "<Error><Code>SlowDown</Code><Message>", "</Message></Error>"), "returned 503"},
		{"502 with a page", echo(502, "<html>", "</html>"), "returned 502"},
		{"400 with nothing", echo(400, "", ""), "returned 400"},
		{"404 of a bucket", echo(404, "<Error><Code>NoSuchBucket</Code><Message>", "</Message></Error>"), "returned 404 (NoSuchBucket)"},
		{"404 of a proxy", echo(404, "default backend: ", ""), "returned 404 without naming the missing object"},
		{"redirect", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://127.0.0.1:1/"+hushed, http.StatusTemporaryRedirect)
		}), ""},
		{"garbage", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				fmt.Fprintf(connection, "HTTP/1.1 %v\r\n\r\n", r.Header)
				_ = connection.Close()
			}
		}), ""},
		{"nothing", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "closed the connection"},
	}
	for _, test := range tests {
		for kind, bucket := range inStorage(t, test.answer) {
			t.Run(test.name+" "+kind, func(t *testing.T) {
				_, getErr := bucket.Get(t.Context(), "key")
				_, listErr := bucket.List(t.Context(), "folder", "")
				for what, err := range map[string]error{"get": getErr, "put": bucket.Put(t.Context(), "key", []byte("{}")), "list": listErr} {
					if err == nil || errors.Is(err, fs.ErrNotExist) {
						t.Errorf("%s: %v", what, err)
						continue
					}
					for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
						if strings.Contains(text, hushed) || strings.Contains(strings.ToLower(text), "signature") {
							t.Errorf("%s shows a secret: %s", what, text)
						}
					}
					if !strings.Contains(err.Error(), test.want) {
						t.Errorf("%s: %v, want %q in it", what, err, test.want)
					}
				}
			})
		}
	}
}

// A storage that is away, unknown or not trusted is named as such.
func TestStorageThatCannotBeReached(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	for name, test := range map[string]struct{ address, want string }{
		"away":         {"127.0.0.1:1", "cannot be reached: dial tcp"},
		"unknown":      {"storage.invalid", "has a name that cannot be resolved"},
		"not trusted":  {server.Listener.Addr().String(), "its issuer is unknown"},
		"another name": {strings.Replace(server.Listener.Addr().String(), "127.0.0.1", "localhost", 1), "certificate that is not trusted"},
	} {
		for kind, configuration := range map[string]string{"S3": s3YAML(test.address, ""), "COS": cosYAML("https://"+test.address, "")} {
			_, err := open(t, configuration).Get(t.Context(), "key")
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), hushed) {
				t.Errorf("%s, %s: %v, want %q in it", name, kind, err, test.want)
			}
		}
	}
}

// A list that was interrupted is not a short list.
func TestInterruptedList(t *testing.T) {
	asked := make(chan struct{}, 10)
	for kind, bucket := range inStorage(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})) {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		go func() { <-asked; cancel(why) }()
		if names, err := bucket.List(ctx, "folder", ""); !errors.Is(err, why) {
			t.Errorf("%s: %v, %v", kind, names, err)
		}
	}
}

func TestObjectThatIsTooLarge(t *testing.T) {
	for kind, bucket := range inStorage(t, &storage{objects: map[string]string{"some/where/key": strings.Repeat("x", 16<<20+1)}}) {
		if content, err := bucket.Get(t.Context(), "key"); err == nil || !strings.Contains(err.Error(), "is larger than") {
			t.Errorf("%s: %d bytes, %v", kind, len(content), err)
		}
	}
}

// A configuration that cannot be used is an error without any value of it.
func TestStorageConfiguration(t *testing.T) {
	for _, configuration := range []string{
		"", "type: " + hushed, hushed, "{", "type: S3\nconfig: " + hushed, "type: S3\nconfig: {bucket: b}",
		"type: S3\nconfig: {endpoint: \"https://" + hushed + "/\"}", "type: S3\nconfig: {endpoint: e, bucket_lookup_type: " + hushed + "}",
		"type: COS\nconfig: {bucket: b}", "type: COS\nconfig: " + hushed,
		"type: COS\nconfig: {endpoint: \"%" + hushed + "\", secret_id: " + hushed + ", secret_key: " + hushed + "}",
		"type: GCS\nconfig: {}",
	} {
		if _, err := archive.NewObjectStorage([]byte(configuration)); err == nil || strings.Contains(err.Error(), hushed) {
			t.Errorf("%q: %v", configuration, err)
		}
	}
}
