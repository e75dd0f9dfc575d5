//go:build unix

package systemtest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/backfill"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// What a backfill that is to be killed is told.
const (
	filledFolder = "SYSTEMTEST_FILLED_FOLDER"
	filledFrom   = "SYSTEMTEST_FILLED_FROM"
	filledDays   = "SYSTEMTEST_FILLED_DAYS"
)

// filledApps are the apps of which past days are asked for. The answers about the ads of the first
// one have up to eight pages.
func filledApps() map[string]wechattest.App {
	var slots []string
	for _, kind := range []string{"BANNER", "BOX", "COVER", "INTERSTITIAL", "REWARD_VIDEO", "TEMPLATE", "VIDEO_BEGIN", "VIDEO_FEEDS"} {
		slots = append(slots, "SLOT_ID_WEAPP_"+kind)
	}
	return map[string]wechattest.App{"wx00000000000000f1": {Users: 300, AdSlots: slots}, "wx00000000000000f2": {Users: 300}}
}

// filledDatasets are those that are asked for: of each period, and of pages and cohorts.
func filledDatasets() []wechat.Dataset {
	return slices.DeleteFunc(backfill.Datasets(), func(d wechat.Dataset) bool { return d.Name == "visits" || d.Name == "sources" })
}

// telling is an archive that tells of each answer once it is archived.
type telling struct{ *archive.Guard }

func (k telling) SaveAnswer(ctx context.Context, appid string, key poller.AnswerKey, packed []byte) error {
	err := k.Guard.SaveAnswer(ctx, appid, key, packed)
	if err == nil {
		say(nameOf(appid, key))
	}
	return err
}

// nameOf names an answer among all of an archive.
func nameOf(appid string, key poller.AnswerKey) string {
	return fmt.Sprintf("%s %s %s %d", appid, key.Series, key.Window.End, key.Answered.UnixNano())
}

// backfillToBeKilled asks for past days as fast as it can, and tells of each that is archived.
func backfillToBeKilled() error {
	ctx := context.Background()
	kept := archive.NewGuard(archive.Archive{Bucket: archive.Folder{Path: os.Getenv(filledFolder)}})
	if err := kept.Open(ctx, time.Minute); err != nil {
		return err
	}
	days := strings.Fields(os.Getenv(filledDays))
	from, err := wechat.ParseDay(days[0])
	if err != nil {
		return err
	}
	to, err := wechat.ParseDay(days[1])
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: time.Minute}
	var apps []poller.Source
	for _, id := range slices.Sorted(maps.Keys(filledApps())) {
		tokens := &wechat.SecretTokens{
			BaseURL: os.Getenv(filledFrom), AppID: id, Secret: func() (wechat.Secret, error) { return "secret", nil },
			Endpoint: wechat.StableToken, HTTP: client,
		}
		api := &wechat.Client{BaseURL: os.Getenv(filledFrom), HTTP: client, Tokens: tokens}
		apps = append(apps, poller.Source{App: collector.App{ID: id, Name: id}, API: api})
	}
	say(begun)
	courses := backfill.Job{
		Archive: telling{kept}, Apps: apps, Datasets: filledDatasets(), From: from, To: to,
		Progress: func(backfill.Progress) {}, Warn: func(text string) { panic(text) },
	}.Run(ctx)
	for _, c := range courses {
		if !c.Done() && !strings.Contains(c.String(), "invalid publisher") { // it shows no ads
			return fmt.Errorf("%s", c)
		}
	}
	return nil
}

// filled is a backfill that is killed again and again.
type filled struct {
	t           *testing.T
	today       wechat.Day
	environment []string
	folder      string
	whole       map[string]string // the answers that were found to be whole, by name
}

// TestKillOfBackfill kills a backfill at random moments. After each kill what it had confirmed is
// in the archive and every answer there is whole; the next one goes on, and the one that runs to
// its end leaves the same answers as one that was never killed.
func TestKillOfBackfill(t *testing.T) {
	random, began := newRandom(t), time.Now()
	today := wechat.DayOf(began)
	api := httptest.NewServer(&wechattest.Server{
		Apps: filledApps(), DailyLimit: 100_000_000, Now: func() time.Time { return began },
	})
	defer api.Close()
	f := &filled{t: t, today: today, environment: []string{filledFrom + "=" + api.URL, fmt.Sprintf("%s=%s %s", filledDays, today.Add(-180), today.Add(-60))}}

	f.begin()
	f.run(never())
	want := f.answers()
	killed, ends, confirmed := 0, 0, 0
	f.begin()
	for killed < kills() {
		added, wasKilled := f.run(newMoment(random, moment{40, 20 * time.Millisecond}))
		confirmed += added
		if wasKilled {
			killed++
			continue
		}
		f.compare(want)
		f.begin()
		ends++
	}
	f.run(never())
	f.compare(want)
	if confirmed == 0 || len(want) < 200 {
		t.Errorf("%d answers were confirmed, of %d: this test proves nothing", confirmed, len(want))
	}
	t.Logf("%d kills, %d confirmed answers, all whole; %d times all %d were there in the end", killed, confirmed, ends+1, len(want))
}

// begin begins with an archive that has nothing.
func (f *filled) begin() {
	f.folder, f.whole = filepath.Join(f.t.TempDir(), "archive"), map[string]string{}
}

// run runs a backfill, and checks what it leaves. It returns how many answers were confirmed.
func (f *filled) run(until moment) (confirmed int, killed bool) {
	f.t.Helper()
	lines, killed := runAndKill(f.t, "backfill", until, append(f.environment, filledFolder+"="+f.folder)...)
	f.read()
	for _, name := range lines {
		if f.whole[name] == "" {
			f.t.Errorf("%s was confirmed, and is not there", name)
		}
	}
	return len(lines), killed
}

// read reads the answers that were not read before, and checks that those that were are there.
func (f *filled) read() {
	f.t.Helper()
	kept := archive.Archive{Bucket: archive.Folder{Path: f.folder}}
	there := map[string]bool{}
	for id := range filledApps() {
		for _, dataset := range filledDatasets() {
			for _, statistic := range dataset.Statistics {
				keys, err := kept.List(f.t.Context(), id, statistic, wechat.Day{})
				if err != nil {
					f.t.Fatal(err)
				}
				for _, key := range keys {
					name := nameOf(id, key)
					there[name] = true
					if f.whole[name] != "" {
						continue
					}
					content, err := kept.Answer(f.t.Context(), id, key)
					if err == nil {
						_, err = statistic.Decode(content, key.Window)
					}
					if err != nil {
						f.t.Errorf("%s is not whole: %v", name, err)
					}
					f.whole[name] = string(content)
				}
			}
		}
	}
	for name := range f.whole {
		if !there[name] {
			f.t.Errorf("%s is gone", name)
		}
	}
}

// answers returns the answers without the times at which they came, the newer ones first.
func (f *filled) answers() map[string]string {
	byWindow := map[string]int{}
	answers := map[string]string{}
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(f.whole))) {
		window := name[:strings.LastIndex(name, " ")]
		answers[fmt.Sprintf("%s, %d", window, byWindow[window])] = f.whole[name]
		byWindow[window]++
	}
	return answers
}

// compare holds that the archive has what a backfill brings that is never killed.
func (f *filled) compare(want map[string]string) {
	f.t.Helper()
	if wechat.DayOf(time.Now()) != f.today {
		f.t.Skip("midnight has passed, and WeChat is asked about other cohorts")
	}
	got := f.answers()
	if maps.Equal(got, want) {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			f.t.Errorf("%s: %d bytes, want %d", name, len(got[name]), len(want[name]))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			f.t.Errorf("%s is too much", name)
		}
	}
}
