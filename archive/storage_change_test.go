package archive_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// A gateway that stores what the client sends over plain http as it comes, with its framing,
// is an outage: nothing counts as written, and what was there stays as it is.
func TestGatewayThatAltersUploads(t *testing.T) {
	server := &storage{objects: map[string]string{"some/where/archive.json": `{"version":2}`}}
	gateway := httptest.NewServer(server)
	defer gateway.Close()
	kept := archive.Archive{Bucket: open(t, s3YAML(gateway.Listener.Addr().String(), "")+"  insecure: true\n")}
	for what, err := range map[string]error{
		"prepare": kept.Prepare(t.Context()),
		"answer":  kept.SaveAnswer(t.Context(), appid, portraitKey(wechat.Range1Day, answered), []byte("{}")),
		"probe":   kept.Probe(t.Context()),
	} {
		if !errors.Is(err, archive.ErrAltered) {
			t.Errorf("%s: %v, want that the archive does not return what was written to it", what, err)
		}
	}
	if len(server.objects) != 2 || server.objects["some/where/archive.json"] != `{"version":2}` {
		t.Errorf("objects %q", server.objects)
	}
}

// flaky is an object storage that fails the first uploads of each object.
type flaky struct {
	storage
	fail func(w http.ResponseWriter)

	counting sync.Mutex
	failures int
	uploads  map[string]int
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		f.counting.Lock()
		f.uploads[r.URL.Path]++
		failing := f.uploads[r.URL.Path] <= f.failures
		f.counting.Unlock()
		if failing {
			f.fail(w)
			return
		}
	}
	f.storage.ServeHTTP(w, r)
}

// An upload is tried three times where the reason may pass, whichever client is used.
func TestUploadIsTriedAgain(t *testing.T) {
	status := func(code int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(code) }
	}
	for _, test := range []struct {
		name     string
		failures int
		fail     func(http.ResponseWriter)
		uploads  int
		want     string
	}{
		{"twice 503", 2, status(503), 3, ""},
		{"twice 429", 2, status(429), 3, ""},
		{"twice 500", 2, status(500), 3, ""},
		{"twice cut", 2, func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 3, ""},
		{"always 503", 9, status(503), 3, "returned 503"},
		{"always 403", 9, status(403), 1, "returned 403"},
		{"always 401", 9, status(401), 1, "returned 401"},
		{"always 400", 9, status(400), 1, "returned 400"},
	} {
		for _, kind := range []string{"S3", "COS"} {
			t.Run(test.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				server := &flaky{storage: storage{objects: map[string]string{}}, fail: test.fail, failures: test.failures, uploads: map[string]int{}}
				err := inStorageTried(t, server, 3)[kind].Put(t.Context(), "doctor-probe", []byte("{}"))
				if (test.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Errorf("error %v, want %q", err, test.want)
				}
				if errors.Is(err, archive.ErrDenied) != (test.want == "returned 403" || test.want == "returned 401") {
					t.Errorf("keys are refused: %v", err)
				}
				for path, uploads := range server.uploads {
					if uploads != test.uploads {
						t.Errorf("%d uploads of %s, want %d", uploads, path, test.uploads)
					}
				}
			})
		}
	}
}

// guarded is an object storage that accepts one access key.
type guarded struct {
	storage
	status int

	changing sync.Mutex
	accepted string
	refused  int
}

func (g *guarded) accept(key string) {
	g.changing.Lock()
	defer g.changing.Unlock()
	g.accepted = key
}

func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.changing.Lock()
	ok := strings.Contains(r.Header.Get("Authorization"), g.accepted)
	if !ok {
		g.refused++
	}
	g.changing.Unlock()
	if !ok {
		w.WriteHeader(g.status)
		return
	}
	g.storage.ServeHTTP(w, r)
}

// New keys are taken from the configuration when the storage refuses those of before: nothing
// is lost, and no restart is needed.
func TestNewKeys(t *testing.T) {
	for _, kind := range []string{"S3", "COS"} {
		for _, status := range []int{http.StatusForbidden, http.StatusUnauthorized} {
			t.Run(fmt.Sprint(kind, " ", status), func(t *testing.T) {
				server := &guarded{storage: storage{objects: map[string]string{}}, status: status, accepted: "first-key"}
				configuration := configurations(t, server, 1)[kind]
				with := func(key string) string {
					return strings.NewReplacer("access-"+hushed, key, "id-"+hushed, key).Replace(configuration)
				}
				file, readings := with("first-key"), 0
				bucket := open(t, file)
				bucket.Reread = func() ([]byte, error) { readings++; return []byte(file), nil }
				kept := archive.Archive{Bucket: bucket}
				if err := kept.Prepare(t.Context()); err != nil {
					t.Fatal(err)
				}
				save(t, kept, portraitKey(wechat.Range1Day, answered), "{}")

				server.accept("second-key")
				denied := func() {
					t.Helper()
					if _, err := kept.State(t.Context(), appid); !errors.Is(err, archive.ErrDenied) || strings.Contains(err.Error(), hushed) {
						t.Errorf("with keys that are refused: %v", err)
					}
				}
				for range 5 {
					denied()
				}
				if readings != 1 {
					t.Errorf("the configuration was read %d times within a moment", readings)
				}
				file = with("second-key")
				denied() // it was read just now
				if err := bucket.Renew(); err != nil {
					t.Fatal(err)
				}
				save(t, kept, portraitKey(wechat.Range7Days, answered), "{}")
				keys, err := kept.List(t.Context(), appid, statistic(t, "1d"), wechat.Day{})
				if err != nil || len(keys) != 1 {
					t.Errorf("the answers are %v, %v", keys, err)
				}
			})
		}
	}
}

// Keys that are refused are replaced within ten seconds, without a reload.
func TestNewKeysByThemselves(t *testing.T) {
	server := &guarded{storage: storage{objects: map[string]string{}}, status: http.StatusForbidden, accepted: "first-key"}
	for kind, configuration := range configurations(t, server, 1) {
		first := strings.NewReplacer("access-"+hushed, "first-key", "id-"+hushed, "first-key").Replace(configuration)
		server.accept("first-key")
		bucket := open(t, first)
		bucket.Reread = func() ([]byte, error) { return []byte(strings.ReplaceAll(first, "first-key", "second-key")), nil }
		kept := archive.Archive{Bucket: bucket}
		if err := kept.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.accept("second-key")
		save(t, kept, portraitKey(wechat.Range1Day, answered), "{}")
		if answer, err := kept.Answer(t.Context(), appid, portraitKey(wechat.Range1Day, answered)); err != nil || string(answer) != "{}" {
			t.Errorf("%s: answer %q, %v", kind, answer, err)
		}
	}
}

// Only the keys are taken: an archive does not move while it is used, and its keys are never
// sent to another place.
func TestConfigurationThatChangesOtherwise(t *testing.T) {
	server := &guarded{storage: storage{objects: map[string]string{}}, status: http.StatusForbidden, accepted: "nothing"}
	for kind, configuration := range configurations(t, server, 1) {
		for name, test := range map[string]struct {
			file string
			err  error
			want string
		}{
			"another prefix":  {strings.Replace(configuration, "some/where", "else/where", 1), nil, "more than the keys has changed in the configuration; restart to use it"},
			"another retries": {strings.Replace(configuration, "max_retries: 1", "max_retries: 2", 1), nil, "more than the keys has changed"},
			"not valid":       {"type: S3\nconfig: " + hushed, nil, "the settings of S3 are not valid"},
			"unreadable":      {"", errors.New("it is gone"), "new keys cannot be taken: it is gone"},
		} {
			bucket := open(t, configuration)
			bucket.Reread = func() ([]byte, error) { return []byte(test.file), test.err }
			_, err := bucket.Get(t.Context(), "key")
			if !errors.Is(err, archive.ErrDenied) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), hushed) {
				t.Errorf("%s, %s: %v, want %q in it", kind, name, err, test.want)
			}
		}
	}
}
