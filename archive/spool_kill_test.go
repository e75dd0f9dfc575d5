//go:build unix

package archive_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
)

// spoolForever keeps answers in a spool as fast as it can, removes every third one, and confirms
// each that stays in a line on standard output.
func spoolForever(folder string, first int) {
	spool, err := archive.OpenSpool(folder, func(text string) { panic(text) })
	if err != nil {
		panic(err)
	}
	for n := first; ; n++ {
		packed, err := archive.Archive{}.Pack(answered, []byte(numberedAnswer(n)))
		if err != nil {
			panic(err)
		}
		if err := spool.Save(numberedApp(n), numberedKey(n), packed); err != nil {
			panic(err)
		}
		if n%3 == 0 {
			if err := spool.Remove(numberedApp(n), numberedKey(n)); err != nil {
				panic(err)
			}
			continue
		}
		_, _ = fmt.Fprintf(os.Stdout, "answer %d\n", n)
	}
}

// TestKillOfSpool kills a process that spools answers at random moments. What it had confirmed is
// there and whole, what it had removed is not, nothing is half-written, and the lock is free.
func TestKillOfSpool(t *testing.T) {
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := t.TempDir()
	next, checked := 0, 0
	for range kills() {
		confirmed, _ := runAndKill(t, writerSpool, path, next, time.Duration(random.Int64N(int64(20*time.Millisecond))))
		spool := openSpool(t, path)
		for _, n := range confirmed {
			_, err := spool.Answer(numberedApp(n), numberedKey(n))
			if err != nil {
				t.Errorf("answer %d was confirmed: %v", n, err)
			}
			checked++
			next = max(next, n+1)
		}
		next += 3 // those that were being written or removed may be there
		saved, err := spool.Saved()
		if err != nil {
			t.Fatal(err)
		}
		kept := 0
		for appid, keys := range saved {
			kept += len(keys)
			for _, key := range keys {
				if _, err := spool.Answer(appid, key); err != nil {
					t.Error(err)
				}
				if err := spool.Remove(appid, key); err != nil {
					t.Error(err)
				}
			}
		}
		if kept < len(confirmed) || kept > len(confirmed)+1 {
			t.Errorf("%d answers are kept, %d were confirmed", kept, len(confirmed))
		}
		if left := hidden(t, filepath.Join(path, "answers")); len(left) != 1 {
			t.Errorf("beside the lock there are %q", left)
		}
		if err := spool.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if checked == 0 {
		t.Error("no answer was confirmed: this test proves nothing")
	}
	t.Logf("%d kills, %d confirmed answers, all whole", kills(), checked)
}
