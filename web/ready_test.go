package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/web"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// served serves a site. Its time to become ready begins now.
func served(site *web.Site) *http.ServeMux {
	mux := http.NewServeMux()
	site.Register(mux)
	return mux
}

// expectReady asks whether the exporter is ready, and returns why.
func expectReady(t *testing.T, mux *http.ServeMux, want int) (body string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/-/ready", nil))
	if body = recorder.Body.String(); recorder.Code != want {
		t.Errorf("status %d, want %d: %s", recorder.Code, want, body)
	}
	return body
}

func TestReady(t *testing.T) {
	const both = "The exporter is not ready: the first poll of 2 of 2 apps has not finished.\n" +
		"wx2 (<b>书 & 店): the first poll has not finished\n" +
		"wx3: the first poll has not finished\n"
	nothingYet := &collector.Snapshot{App: badApp.App, Status: collector.StatusUp}
	tests := []struct {
		name      string
		snapshots []*collector.Snapshot
		status    int
		body      string
	}{
		{"before anything is known", nil, http.StatusServiceUnavailable, both},
		{"one app that is not configured", []*collector.Snapshot{newApp}, http.StatusServiceUnavailable, both},
		{
			"one app of two",
			[]*collector.Snapshot{goodApp},
			http.StatusServiceUnavailable,
			"The exporter is not ready: the first poll of 1 of 2 apps has not finished.\nwx3: the first poll has not finished\n",
		},
		{
			"one app not polled yet",
			[]*collector.Snapshot{goodApp, {App: badApp.App}},
			http.StatusServiceUnavailable,
			"The exporter is not ready: the first poll of 1 of 2 apps has not finished.\nwx3: the first poll has not finished\n",
		},
		{
			"data and a known reason",
			[]*collector.Snapshot{goodApp, badApp},
			http.StatusOK,
			"The exporter is ready.\nwx3: token: errcode 40164: invalid ip 203.0.113.30; " + badApp.Failures[0].Remedy() + "\n",
		},
		{"nothing published", []*collector.Snapshot{goodApp, nothingYet}, http.StatusOK, "The exporter is ready.\nwx3: WeChat has published no numbers yet\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site := &web.Site{Apps: configured(goodApp.App, badApp.App), Store: &collector.Store{}}
			for _, snapshot := range test.snapshots {
				site.Store.Put(snapshot)
			}
			mux := served(site)
			if body := expectReady(t, mux, test.status); body != test.body {
				t.Errorf("got\n%swant\n%s", body, test.body)
			}
			if status, _ := get(t, site, "/-/healthy"); status != http.StatusOK {
				t.Errorf("not healthy: status %d", status)
			}
		})
	}
}

// The ranges that have no numbers are listed with their reasons, those that have are not.
func TestReadyListsRanges(t *testing.T) {
	end := wechat.DayOf(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	window := func(length wechat.Range) wechat.Window { return wechat.Window{End: end, Range: length} }
	busy := &wechat.Error{Reason: wechat.ReasonBusy, Endpoint: wechat.EndpointUserPortrait, Code: "-1", Message: "system\nerror\u202e"}
	snapshot := &collector.Snapshot{
		App: collector.App{ID: "wx1", Name: "wx1"}, Status: collector.StatusDown, Failures: []*wechat.Error{busy},
		Datasets: portraits(collector.Held{Series: "1d", Window: window(1)}, collector.Held{Series: "30d", Window: window(30), Withdrawn: true}),
	}
	snapshot.Datasets[0].Asked = []collector.Question{
		{Series: "1d", Window: window(1), Outcome: collector.OutcomeData},
		{Series: "7d", Window: window(7), Outcome: collector.OutcomeNotReady},
		{Series: "30d", Window: window(30), Outcome: collector.OutcomeFailed, Failure: busy},
	}
	want := "The exporter is ready.\n" +
		"wx1: 30 days: the numbers of 2026-11-23 are too old to be shown; 7 days: 11-23 not published yet; " +
		"user_portrait: errcode -1: systemU+000AerrorU+202E; " + busy.Remedy() + "\n"
	if body := expectReady(t, served(siteOf(snapshot)), http.StatusOK); body != want {
		t.Errorf("got\n%swant\n%s", body, want)
	}
}

// The exporter is ready after five minutes, whatever is missing.
func TestReadyAtLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := &web.Site{Apps: configured(newApp.App), Store: &collector.Store{}}
		mux := served(site)
		time.Sleep(5*time.Minute - time.Second)
		expectReady(t, mux, http.StatusServiceUnavailable)
		time.Sleep(time.Second)
		want := "The exporter is ready: the first poll of 1 of 1 apps has not finished, but it waits for at most 5 minutes.\n" +
			"wx1: the first poll has not finished\n"
		if body := expectReady(t, mux, http.StatusOK); body != want {
			t.Errorf("got %s, want %s", body, want)
		}
	})
}

// Once the exporter is ready it stays ready. Apps that are added later are only listed,
// also while it is not ready, and apps that are removed are not waited for.
func TestStaysReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later := collector.App{ID: "wx9", Name: "wx9"}
		apps := []collector.App{goodApp.App, badApp.App}
		site := &web.Site{Apps: func() []collector.App { return apps }, Store: &collector.Store{}}
		mux := served(site)
		site.Store.Put(goodApp)
		apps = append(apps, later)
		if body := expectReady(t, mux, http.StatusServiceUnavailable); !strings.Contains(body, "1 of 3 apps") || !strings.Contains(body, "wx9: ") {
			t.Error(body)
		}
		site.Store.Put(badApp)
		if body := expectReady(t, mux, http.StatusOK); !strings.Contains(body, "The exporter is ready.\nwx3: token: ") || !strings.Contains(body, "\nwx9: the first poll has not finished\n") {
			t.Error(body)
		}
		site.Store.Remove(goodApp.App.ID) // as nothing does that is configured
		expectReady(t, mux, http.StatusOK)
		time.Sleep(24 * time.Hour)
		expectReady(t, mux, http.StatusOK)

		site = &web.Site{Apps: func() []collector.App { return apps }, Store: site.Store}
		mux = served(site)
		expectReady(t, mux, http.StatusServiceUnavailable)
		apps = []collector.App{badApp.App}
		expectReady(t, mux, http.StatusOK)
	})
}

// However many apps there are and whatever WeChat says, the answer stays short.
func TestReadyIsBounded(t *testing.T) {
	var apps []collector.App
	store := &collector.Store{}
	for i := range 5000 {
		snapshot := *badApp
		snapshot.App = collector.App{ID: fmt.Sprintf("wx%016x", i), Name: strings.Repeat("长", 200)}
		snapshot.Failures = []*wechat.Error{{Reason: wechat.ReasonRequest, Endpoint: wechat.EndpointToken, Code: "1", Message: strings.Repeat("\n", 5000)}}
		store.Put(&snapshot)
		apps = append(apps, snapshot.App)
	}
	body := expectReady(t, served(&web.Site{Apps: configured(apps...), Store: store}), http.StatusOK)
	if len(body) > 10_000 || strings.Count(body, "\n") != 22 || !strings.HasSuffix(body, "\nand 4,980 more, see the status page\n") {
		t.Errorf("%d bytes: %s", len(body), body)
	}
}
