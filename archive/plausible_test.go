package archive_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// named is a bucket of objects with the names of answers.
type named []string

func (n named) List(context.Context, string, string) (names []string, err error) {
	for _, name := range n {
		names = append(names, name+".json.gz")
	}
	return names, nil
}

func (named) ListFolders(context.Context, string) ([]string, error) { return nil, nil }
func (named) Get(context.Context, string) ([]byte, error)           { return nil, fs.ErrNotExist }
func (named) Put(context.Context, string, []byte) error             { return nil }

// An answer that claims to be from the future or from before WeChat has numbers is no
// answer, and each app is told of once. A clock that is behind makes no answer disappear.
func TestAnswersOfImpossibleTimes(t *testing.T) {
	const (
		good    = "20261123_20261124T010203.000000004Z"
		recent  = "20261124_20261125T115900.000000000Z" // by a clock that is a little ahead
		future  = "20261123_20990101T000000.000000000Z"
		about   = "20990101_20261124T010203.000000004Z"
		epoch   = "19700101_19700102T000000.000000000Z"
		ancient = "00010101_20261124T010203.000000004Z"
	)
	for name, test := range map[string]struct {
		now   time.Time
		names []string
		want  []string
		told  string
	}{
		"all is well":      {answered.Add(24 * time.Hour), []string{good, recent}, []string{good, recent}, ""},
		"future and past":  {answered.Add(24 * time.Hour), []string{good, future, about, epoch, ancient}, []string{good}, "ignored 4 of 5 answers of 1d "},
		"the only answer":  {answered.Add(24 * time.Hour), []string{future}, nil, "ignored 1 of 1 answers of 1d "},
		"a clock of 2000":  {time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), []string{good, recent}, []string{good, recent}, ""},
		"a clock of 2020":  {time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), []string{good, recent}, []string{good, recent}, ""},
		"a simulated year": {time.Date(2000, 1, 9, 0, 0, 0, 0, time.UTC), []string{"20000107_20000108T010203.000000004Z", future}, []string{"20000107_20000108T010203.000000004Z"}, "ignored 1 of 2"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(test.now))
				var told []string
				kept := archive.Archive{Bucket: named(test.names), Notices: archive.NewNotices(func(_ string, err error) { told = append(told, err.Error()) })}
				for range 2 {
					keys, err := kept.List(t.Context(), appid, statistic(t, "1d"), wechat.Day{})
					if err != nil {
						t.Fatal(err)
					}
					var got []string
					for _, key := range keys {
						got = append(got, key.Window.End.String()+"_"+key.Answered.Format("20060102T150405.000000000Z"))
					}
					if !slices.Equal(got, test.want) {
						t.Errorf("listed %q, want %q", got, test.want)
					}
				}
				if got := strings.Join(told, "\n"); (test.told == "") != (got == "") || !strings.Contains(got, test.told) || len(told) > 1 {
					t.Errorf("told %q, want %q in it", told, test.told)
				}
			})
		})
	}
}
