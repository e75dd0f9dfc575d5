package systemtest

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Answers that the archive does not take are in the spool, and get from there into the archive: by
// the process that spooled them, by the next one after a stop, and by another one after a crash.
func TestSpoolIsSentToTheArchive(t *testing.T) {
	for _, test := range []struct {
		name string
		// next ends the process and returns the folder of the spool of the next one.
		next func(s *pollertest.Simulation, spool *archive.Spool, path string) string
	}{
		{"the same process", nil},
		{"after a stop", func(s *pollertest.Simulation, spool *archive.Spool, path string) string {
			s.End()
			if s.Err != nil {
				t.Errorf("after a stop: %v", s.Err)
			}
			_ = spool.Close()
			return path
		}},
		{"after a crash", func(s *pollertest.Simulation, _ *archive.Spool, path string) string {
			crashed := filepath.Join(t.TempDir(), "crashed") // as the disk was at that moment
			if err := os.CopyFS(filepath.Join(crashed, "answers"), os.DirFS(filepath.Join(path, "answers"))); err != nil {
				t.Fatal(err)
			}
			s.End()
			return crashed
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			folder, path := archive.Folder{Path: filepath.Join(t.TempDir(), "archive")}, filepath.Join(t.TempDir(), "spool")
			kept := archive.NewGuard(archive.Archive{Bucket: folder})
			spool := openSpool(t, path)
			s := pollertest.New(t)
			s.Options.Archive, s.Options.Spool, s.Options.StopTimeout = kept, spool, 7*time.Second
			s.Start() // without the folder of the archive
			time.Sleep(10 * time.Minute)
			saved, err := spool.Saved()
			if err != nil || len(saved[pollertest.AppID]) == 0 {
				t.Fatalf("%s: in the spool there are %v, %v\n%s", test.name, saved, err, s.Log)
			}
			if test.next != nil {
				path = test.next(s, spool, path)
				spool = openSpool(t, path)
				s.Options.Spool = spool
			}
			if err := folder.Make(); err != nil {
				t.Fatal(err)
			}
			if test.next != nil {
				s.Start()
			}
			time.Sleep(10 * time.Minute)
			for _, key := range saved[pollertest.AppID] {
				checkArchived(t, kept, key)
			}
			if left, err := spool.Saved(); err != nil || len(left) > 0 {
				t.Errorf("%s: in the spool there are still %v, %v\n%s", test.name, left, err, s.Log)
			}
			s.End()
			_ = spool.Close()
		})
	}
}

func openSpool(t *testing.T, path string) *archive.Spool {
	t.Helper()
	spool, err := archive.OpenSpool(path, func(text string) { t.Error(text) })
	if err != nil {
		t.Fatal(err)
	}
	return spool
}

// checkArchived holds that an answer is in an archive.
func checkArchived(t *testing.T, kept *archive.Guard, key poller.AnswerKey) {
	t.Helper()
	statistic, _ := wechat.StatisticOf(key.Series)
	answer, err := kept.Answer(t.Context(), pollertest.AppID, key)
	if err == nil {
		_, err = statistic.Decode(answer, key.Window)
	}
	if err != nil {
		t.Errorf("%s: %v", key.Asked(), err)
	}
}
