package reload_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Apps are added, changed and removed, and nothing happens to the others.
func TestAppsComeChangeAndGo(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first, second))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.expectShown("12")
		untouched := s.Store.Snapshot(first)
		var disturbed []string
		s.Store.Watch(func(appid string, snapshot *collector.Snapshot) {
			if appid == first || snapshot != nil && appid == second && !snapshot.HasData() {
				disturbed = append(disturbed, appid)
			}
		})

		write(t, "apps.yaml", list(first, third)+"- {appid: "+second+", secret_file: secret}\n")
		write(t, "secret", secret)
		if status, body := s.post(); status != 200 || body != "Reloaded the apps: 1 added, 1 changed, 0 removed.\n" {
			t.Errorf("%d %s", status, body)
		}
		s.expectShown("123")
		s.expectLogged(reloaded + `trigger="POST /-/reload" added=1 changed=1 removed=0`)
		if want := []string{third, second}; !slices.Equal(s.sources, want) {
			t.Errorf("clients were made for %v, want %v", s.sources, want)
		}
		if name := s.Snapshot(second).App.Name; name != second {
			t.Errorf("the changed app is shown as %s", name)
		}

		time.Sleep(time.Second)
		write(t, "apps.yaml", list(third, first))
		if status, body := s.post(); status != 200 || body != "Reloaded the apps: 0 added, 0 changed, 1 removed.\n" {
			t.Errorf("%d %s", status, body)
		}
		s.expectShown("13")
		s.expectLogged(reloaded + `trigger="POST /-/reload" added=0 changed=0 removed=1`)
		if len(disturbed) > 0 || s.Store.Snapshot(first) != untouched {
			t.Errorf("others were disturbed: %v", disturbed)
		}
	})
}

// An app that only gets another name keeps its token.
func TestRenamedAppKeepsItsToken(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		expiry := s.Snapshot(first).TokenExpiry
		write(t, "apps.yaml", strings.Replace(list(first), "app 1", "another name", 1))
		if status, body := s.post(); status != 200 || body != "Reloaded the apps: 0 added, 1 changed, 0 removed.\n" {
			t.Errorf("%d %s", status, body)
		}
		snapshot := s.Snapshot(first)
		if snapshot.App.Name != "another name" || expiry.IsZero() || !snapshot.TokenExpiry.Equal(expiry) {
			t.Errorf("name %s, token until %s, before until %s", snapshot.App.Name, snapshot.TokenExpiry, expiry)
		}
		s.Server.ForgetCalls()
		time.Sleep(time.Hour)
		synctest.Wait()
		if calls := s.Calls(); strings.Contains(calls, "token") {
			t.Errorf("another token was asked for:\n%s", calls)
		}
	})
}

// An app whose secret was rotated is asked for again at once, with the new one.
func TestRotatedSecret(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "secret", secret)
	write(t, "apps.yaml", list(second)+"- {appid: "+first+", secret_file: secret}\n")
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		write(t, "secret", strings.Repeat("0", 32))
		s.Server.ForgetCalls()
		if status, body := s.post(); status != 200 || body != "Reloaded the apps: 0 added, 1 changed, 0 removed.\n" {
			t.Errorf("%d %s", status, body)
		}
		if want := []string{first}; !slices.Equal(s.sources, want) {
			t.Errorf("clients were made for %v, want %v", s.sources, want)
		}
		time.Sleep(time.Second)
		if _, body := s.post(); body != "Reloaded the apps: 0 added, 0 changed, 0 removed.\n" {
			t.Error(body)
		}
		s.expectShown("12")
	})
}

// Mistakes change nothing. They are told as a start would tell them, and without secrets.
func TestMistakesChangeNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first, second))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		started := s.metric("wxapp_config_last_reload_success_timestamp_seconds")
		if s.metric("wxapp_config_last_reload_successful") != 1 {
			t.Error("a start does not count as a reading of the settings")
		}
		time.Sleep(time.Minute)
		snapshots := s.Store.Snapshots()
		write(t, "apps.yaml", list(third, third)+"- {appid: demo, sekret: "+secret+"}\n")
		status, body := s.post()
		const want = `The reload failed; the old settings stay.
invalid configuration:
  WXAPP_APPS_FILE: apps.yaml:3: appid: this app is already in line 2; keep one of them
  WXAPP_APPS_FILE: apps.yaml:4: the key sekret is unknown; did you mean secret?
  WXAPP_APPS_FILE: apps.yaml:4: the app has no source of tokens; set secret, secret_file, token_file or token_url
warnings:
  WXAPP_APPS_FILE: apps.yaml:4: appid: "demo" does not look like an AppID; WeChat's are wx and 16 hex digits
`
		if status != 500 || body != want {
			t.Errorf("%d %s, want 500 %s", status, body, want)
		}
		s.expectLogged(
			`level=WARN msg="configuration warning" warning="WXAPP_APPS_FILE: apps.yaml:4: appid: \"demo\" does not look like an AppID; WeChat's are wx and 16 hex digits"`,
			failed+`trigger="POST /-/reload" error="WXAPP_APPS_FILE: apps.yaml:3: appid: this app is already in line 2; keep one of them"`,
			failed+`trigger="POST /-/reload" error="WXAPP_APPS_FILE: apps.yaml:4: the key sekret is unknown; did you mean secret?"`,
			failed+`trigger="POST /-/reload" error="WXAPP_APPS_FILE: apps.yaml:4: the app has no source of tokens; set secret, secret_file, token_file or token_url"`,
		)
		if !slices.Equal(s.Store.Snapshots(), snapshots) {
			t.Error("the apps have changed")
		}
		if s.metric("wxapp_config_last_reload_successful") != 0 || s.metric("wxapp_config_last_reload_success_timestamp_seconds") != started {
			t.Error("the metrics show a success")
		}

		time.Sleep(time.Second)
		write(t, "apps.yaml", list(second))
		if status, body := s.post(); status != 200 || body != "Reloaded the apps: 0 added, 0 changed, 1 removed.\n" {
			t.Errorf("%d %s", status, body)
		}
		if s.metric("wxapp_config_last_reload_successful") != 1 || s.metric("wxapp_config_last_reload_success_timestamp_seconds") <= started {
			t.Error("the metrics show no success")
		}
	})
}

// A warning is told once, not at every reload.
func TestWarningsAreToldOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list("demo"))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.post()
		s.expectLogged(reloaded + `trigger="POST /-/reload" added=0 changed=0 removed=0`)
		time.Sleep(time.Second)
		write(t, "apps.yaml", list("demo", "demo2"))
		s.post()
		s.expectLogged(
			`level=WARN msg="configuration warning" warning="WXAPP_APPS_FILE: apps.yaml:3: appid: \"demo2\" does not look like an AppID; WeChat's are wx and 16 hex digits"`,
			reloaded+`trigger="POST /-/reload" added=1 changed=0 removed=0`)
	})
}

// A removed app whose call is under way is not shown any more.
func TestRemovedDuringACall(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.Server.Fail(wechattest.Delay(20 * time.Second).For(second))
		write(t, "apps.yaml", list(first, second))
		s.post()
		time.Sleep(10 * time.Second)
		write(t, "apps.yaml", list(first))
		s.post()
		time.Sleep(time.Minute)
		synctest.Wait()
		s.expectShown("1")
		if s.Store.Snapshot(second) != nil {
			t.Error("the removed app is shown")
		}
		if n := s.Archive.Count(first, wechat.Window{End: wechat.DayOf(time.Now()).Add(-2), Range: wechat.Range1Day}); n != 1 {
			t.Errorf("the archive has %d answers of the other app", n)
		}
	})
}

// However many mistakes a file has, and however often a reload is asked for, the log and the
// answer stay short.
func TestManyMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		write(t, "apps.yaml", "apps:\n"+strings.Repeat("- {appid: demo, sekret: x}\n", 1000))
		for i, want := range []int{21 + 21, 1, 1} { // mistakes and warnings
			status, body := s.post()
			if lines := strings.Count(body, "\n"); status != 500 || lines != 1+1+21+1+21 || !strings.Contains(body, "\n  and 2,979 more mistakes; mend these first\n") {
				t.Errorf("%d with %d lines: %s", status, lines, body)
			}
			if got := strings.Count(s.logged(), "\n"); got != want {
				t.Errorf("reload %d logged %d lines, want %d", i, got, want)
			}
			time.Sleep(time.Second)
		}
		write(t, "apps.yaml", list(first, first))
		s.post()
		s.expectLogged(failed + `trigger="POST /-/reload" error="WXAPP_APPS_FILE: apps.yaml:3: appid: this app is already in line 2; keep one of them"`)
	})
}
