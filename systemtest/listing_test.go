package systemtest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// listed is an S3 storage with an answer of every day of three years for every app and series. It
// makes up what it lists and returns, and counts the lists.
type listed struct {
	days   []wechat.Day // the oldest first
	answer []byte       // every answer

	mu     sync.Mutex
	stored map[string][]byte // what was written
	pages  int               // of lists
	names  int               // on them
}

func newListed(t *testing.T) *listed {
	t.Helper()
	var answer bytes.Buffer
	writer := gzip.NewWriter(&answer)
	_, err := io.WriteString(writer, `{"ref_date":"","visit_uv_new":{"province":[{"id":31,"name":"广东省","value":7}]},"visit_uv":{"province":[{"id":31,"name":"广东省","value":70}]}}`)
	if err != nil || writer.Close() != nil {
		t.Fatal(err)
	}
	l := &listed{answer: answer.Bytes(), stored: map[string][]byte{}}
	today := wechat.DayOf(time.Now())
	for day := today.Add(-3 * 365); day.Before(today); day = day.Add(1) {
		l.days = append(l.days, day)
	}
	return l
}

func (l *listed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.URL.Path, "/bucket/")
	query := r.URL.Query()
	switch {
	case query.Get("list-type") == "2":
		l.list(w, query.Get("prefix"), max(query.Get("start-after"), query.Get("continuation-token")))
	case r.Method == http.MethodPut:
		content, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.stored[key] = content
		w.Header().Set("ETag", `"0"`)
	default:
		l.get(w, key)
	}
}

// list answers with a page of at most 1,000 names behind a key.
func (l *listed) list(w io.Writer, prefix, after string) {
	type content struct{ Key string }
	page := struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string
		Contents              []content
	}{}
	if strings.Count(prefix, "/") == 2 { // APPID/SERIES/
		for _, day := range l.days {
			key := fmt.Sprintf("%s%s_%s.json.gz", prefix, day, day.At(32*time.Hour).UTC().Format("20060102T150405.000000000Z"))
			if key <= after {
				continue
			}
			if page.IsTruncated = len(page.Contents) == 1000; page.IsTruncated {
				page.NextContinuationToken = page.Contents[999].Key
				break
			}
			page.Contents = append(page.Contents, content{key})
		}
	}
	l.mu.Lock()
	l.pages++
	l.names += len(page.Contents)
	l.mu.Unlock()
	_ = xml.NewEncoder(w).Encode(page)
}

func (l *listed) get(w http.ResponseWriter, key string) {
	l.mu.Lock()
	content, ok := l.stored[key]
	l.mu.Unlock()
	switch {
	case ok:
	case strings.HasSuffix(key, ".json.gz"):
		content = l.answer
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
		return
	}
	w.Header().Set("ETag", `"0"`)
	w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 01:02:03 GMT")
	_, _ = w.Write(content)
}

// unpublished is an API that has no answer yet.
type unpublished struct{}

func (unpublished) Ask(context.Context, wechat.Statistic, wechat.Window) (*wechat.Answer, error) {
	return nil, &wechat.Error{Reason: wechat.ReasonNotReady}
}

func (unpublished) Quota(context.Context, string) (wechat.Quota, error) {
	return wechat.Quota{}, &wechat.Error{Reason: wechat.ReasonNotReady}
}

func (unpublished) TokenExpiry() time.Time { return time.Time{} }

// A restart lists what it needs and not the years before it: of 1,000 apps, 100 unless TEST_SIZE is
// full, with an archive of three years a page of names for each series, and another one to draw
// their past.
func TestListingIsBounded(t *testing.T) {
	storage := newListed(t)
	server := httptest.NewServer(storage)
	defer server.Close()
	bucket, err := archive.NewObjectStorage(fmt.Appendf(nil,
		"type: S3\nconfig: {bucket: bucket, endpoint: %q, region: eu, insecure: true, access_key: a, secret_key: s}", server.Listener.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	datasets := wechat.Datasets()[:1]
	store := &collector.Store{}
	polling := poller.New(poller.Options{
		Schedule: poller.Schedule{PublishHour: 8, PollInterval: time.Hour}, Datasets: datasets,
		Shows: poller.Shows{Dimensions: wechat.Dimensions(), MaxAge: 168 * time.Hour},
		Store: store, Archive: archive.Archive{Bucket: bucket}, Metrics: collector.NewSelfMetrics(), Logger: slog.New(slog.DiscardHandler),
	})
	apps := sized(100, 1000)
	for i := range apps {
		polling.Add(poller.Source{App: collector.App{ID: fmt.Sprintf("wx%016x", i)}, API: unpublished{}})
	}
	ctx, stop := context.WithCancel(t.Context())
	if err := polling.Run(ctx, stop); err != nil {
		t.Error(err)
	}
	if shown := slices.IndexFunc(store.Snapshots(), func(s *collector.Snapshot) bool { return !s.HasData() }); shown >= 0 || len(store.Snapshots()) != apps {
		t.Errorf("%d of %d apps are there, and not all with numbers", len(store.Snapshots()), apps)
	}
	series := apps * len(datasets[0].Statistics)
	t.Logf("%d apps: %d lists with %d names", apps, storage.pages, storage.names)
	if most := 2 * series; storage.pages > most {
		t.Errorf("%d lists, want at most %d", storage.pages, most)
	}
	if most := 15*series + 60*(storage.pages-series); storage.names > most {
		t.Errorf("%d names are listed, want at most %d", storage.names, most)
	}
}
