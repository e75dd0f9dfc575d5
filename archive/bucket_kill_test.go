//go:build unix

package archive_test

import (
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
)

// largeAnswer returns the text of an answer that stays large when it is packed, so that kills meet
// uploads that have begun.
func largeAnswer(n int) string {
	random := rand.New(rand.NewPCG(uint64(n), 0)) //nolint:gosec // not negative
	content := make([]byte, 50_000)
	for i := range content {
		content[i] = byte(random.Uint32())
	}
	return `{"answer":"` + hex.EncodeToString(content) + `"}`
}

// writeToBucketForever writes to the bucket whose configuration is in a file.
func writeToBucketForever(file string, first int) {
	configuration, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	bucket, err := archive.NewObjectStorage(configuration)
	if err != nil {
		panic(err)
	}
	writeForever(bucket, largeAnswer, first)
}

// cutCounter counts the uploads to a storage that have no end.
type cutCounter struct {
	storage http.Handler
	cut     atomic.Int64
}

func (c *cutCounter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = countedBody{r.Body, &c.cut}
	c.storage.ServeHTTP(w, r)
}

type countedBody struct {
	io.ReadCloser
	cut *atomic.Int64
}

func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.cut.Add(1)
	}
	return n, err
}

// TestKillWithBucket kills a process that writes to a bucket at random moments; the storage lives
// on. What the process had confirmed is there and whole, as is what it had not, or it is not there
// at all; its state is the last one that it confirmed or a later one.
func TestKillWithBucket(t *testing.T) {
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	server := &cutCounter{storage: &storage{objects: map[string]string{}}}
	type target struct {
		file string
		kept archive.Archive
	}
	var targets []target
	for kind, configuration := range configurations(t, server, 1) {
		file := filepath.Join(t.TempDir(), kind+".yaml")
		write(t, file, configuration)
		targets = append(targets, target{file, archive.Archive{Bucket: open(t, configuration)}})
	}
	checked, unconfirmed, lastState, next := 0, 0, -1, 0
	for i := range kills() {
		target := targets[i%len(targets)]
		first := next
		answers, state := runAndKill(t, writerBucket, target.file, first, time.Duration(random.Int64N(int64(50*time.Millisecond))))
		confirmed := map[int]bool{}
		for _, n := range answers {
			confirmed[n] = true
			next = max(next, n+1)
		}
		next++ // the one that was being written may be there
		for n := first; n < next; n++ {
			answer, err := target.kept.Answer(t.Context(), numberedApp(n), numberedKey(n))
			switch {
			case err == nil && string(answer) == largeAnswer(n):
				if !confirmed[n] {
					unconfirmed++
				}
			case confirmed[n] || !errors.Is(err, fs.ErrNotExist):
				t.Errorf("answer %d (confirmed: %v): %d bytes, %v", n, confirmed[n], len(answer), err)
			}
		}
		checked += len(answers)
		lastState = max(lastState, state)
		next = max(next, state+2)
		content, err := target.kept.Bucket.Get(t.Context(), appid+"/state.json")
		checkState(t, content, err, lastState)
	}
	if checked == 0 || lastState < 0 {
		t.Errorf("%d answers were confirmed, and the last state is %d: this test proves nothing", checked, lastState)
	}
	t.Logf("%d kills, %d confirmed answers and %d others, all whole; %d uploads were cut off", kills(), checked, unconfirmed, server.cut.Load())
}
