//go:build unix

package archive_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// kills is how often the writer is killed.
func kills() int {
	if os.Getenv("TEST_SIZE") == "full" {
		return 500
	}
	return 50
}

// writerFolder names the folder that this program writes to when it runs as the writer of
// TestKill, writerBucket the configuration of the bucket as that of TestKillWithBucket, or
// writerSpool the folder as that of TestKillOfSpool, and writerFirst the number of its first answer.
const (
	writerFolder = "ARCHIVE_TEST_WRITER_FOLDER"
	writerBucket = "ARCHIVE_TEST_WRITER_BUCKET"
	writerSpool  = "ARCHIVE_TEST_WRITER_SPOOL"
	writerFirst  = "ARCHIVE_TEST_WRITER_FIRST"
)

func TestMain(m *testing.M) {
	for name, write := range map[string]func(string, int){
		writerFolder: func(path string, first int) { writeForever(archive.Folder{Path: path}, numberedAnswer, first) },
		writerBucket: writeToBucketForever, writerSpool: spoolForever,
	} {
		if folder := os.Getenv(name); folder != "" {
			first, err := strconv.Atoi(os.Getenv(writerFirst))
			if err != nil {
				panic(err)
			}
			write(folder, first)
			return
		}
	}
	os.Exit(m.Run())
}

// numberedApp returns the app of an answer: a new one now and then, with new folders.
func numberedApp(n int) string { return fmt.Sprintf("wx%d", n/20) }

func numberedKey(n int) poller.AnswerKey {
	ranges := wechat.PortraitRanges()
	return portraitKey(ranges[n%len(ranges)], answered.Add(time.Duration(n)))
}

// numberedAnswer returns the text of an answer, of some size.
func numberedAnswer(n int) string { return strings.Repeat(fmt.Sprintf(`{"answer":%d}`, n), 1000) }

// writeForever writes numbered answers and states as fast as it can, and confirms each in a line on
// standard output.
func writeForever(bucket archive.Bucket, answer func(n int) string, first int) {
	kept := archive.Archive{Bucket: bucket}
	var writing sync.WaitGroup
	ctx := context.Background()
	if err := kept.Prepare(ctx); err != nil {
		panic(err)
	}
	writing.Go(func() {
		for n := first; ; n++ {
			packed, err := kept.Pack(answered, []byte(answer(n)))
			if err != nil {
				panic(err)
			}
			if err := kept.SaveAnswer(ctx, numberedApp(n), numberedKey(n), packed); err != nil {
				panic(err)
			}
			_, _ = fmt.Fprintf(os.Stdout, "answer %d\n", n)
		}
	})
	writing.Go(func() {
		for n := first; ; n++ {
			windows := make([]poller.WindowState, 20)
			for i := range windows {
				windows[i].End = window(wechat.Range1Day).End
			}
			state := poller.State{LastPoll: answered.Add(time.Duration(n)), Series: map[string][]poller.WindowState{"1d": windows}}
			if err := kept.SaveState(ctx, appid, state); err != nil {
				panic(err)
			}
			_, _ = fmt.Fprintf(os.Stdout, "state %d\n", n)
		}
	})
	writing.Wait()
}

// TestKill kills a writer at random moments. What it had confirmed is there and whole, its
// state is the last one that it confirmed or a later one, and what it left half-written is
// swept.
func TestKill(t *testing.T) {
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := t.TempDir()
	kept := archive.Archive{Bucket: archive.Folder{Path: path}}
	checked, lastState, next, swept := 0, -1, 0, 0
	for range kills() {
		confirmed, state := runAndKill(t, writerFolder, path, next, time.Duration(random.Int64N(int64(30*time.Millisecond))))
		lastState = max(lastState, state)
		next = max(next, state+1)
		for _, n := range confirmed {
			if answer, err := kept.Answer(t.Context(), numberedApp(n), numberedKey(n)); err != nil || string(answer) != numberedAnswer(n) {
				t.Errorf("answer %d was confirmed: %d bytes, %v", n, len(answer), err)
			}
			next = max(next, n+1)
			checked++
		}
		next += 2 // the one that was being written may be there
		content, err := os.ReadFile(filepath.Join(path, appid, "state.json"))
		checkState(t, content, err, lastState)

		left := hidden(t, path)
		for _, file := range left {
			if err := os.Chtimes(file, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		removed, err := archive.Folder{Path: path}.Sweep(t.Context())
		if err != nil || removed != len(left) || len(hidden(t, path)) > 0 {
			t.Errorf("swept %d of %d files, %v", removed, len(left), err)
		}
		swept += removed
	}
	if checked == 0 || lastState < 0 {
		t.Errorf("%d answers were confirmed, and the last state is %d: this test proves nothing", checked, lastState)
	}
	t.Logf("%d kills, %d confirmed answers, all whole; %d half-written files swept", kills(), checked, swept)
}

// runAndKill runs the writer that a variable of the environment names, kills it some time after its
// first answer, and returns what it
// confirmed: the answers, and its last state.
func runAndKill(t *testing.T, name, path string, first int, after time.Duration) (answers []int, state int) {
	t.Helper()
	writer := exec.Command(os.Args[0]) //nolint:noctx // killed below
	writer.Env = append(os.Environ(), name+"="+path, writerFirst+"="+strconv.Itoa(first))
	writer.Stderr = os.Stderr
	output, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	state = -1
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		what, number, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("the writer says %q", lines.Text())
		}
		if what == "answer" {
			if len(answers) == 0 {
				time.AfterFunc(after, func() { _ = writer.Process.Kill() })
			}
			answers = append(answers, n)
		} else {
			state = n
		}
	}
	_ = writer.Wait()
	if !strings.Contains(writer.ProcessState.String(), "killed") {
		t.Fatalf("the writer was not killed: %s", writer.ProcessState)
	}
	return answers, state
}

// checkState holds that a state is there whole, and none older than one that was confirmed.
func checkState(t *testing.T, content []byte, err error, confirmed int) {
	t.Helper()
	if errors.Is(err, fs.ErrNotExist) && confirmed < 0 {
		return
	}
	var state poller.State
	if err := errors.Join(err, json.Unmarshal(content, &state)); err != nil {
		t.Errorf("state: %v", err)
		return
	}
	if state.LastPoll.Before(answered.Add(time.Duration(confirmed))) {
		t.Errorf("the state is of %s, and a later one was confirmed", state.LastPoll)
	}
}
