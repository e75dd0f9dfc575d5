package reload_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// expectNoticed fails unless a change is noticed within ten seconds.
func (s *setUp) expectNoticed(shown string, logged ...string) {
	s.t.Helper()
	time.Sleep(10 * time.Second)
	synctest.Wait()
	s.expectShown(shown)
	for i := range logged {
		logged[i] = `trigger="a file has changed" ` + logged[i]
	}
	for i, line := range logged {
		if line[len(`trigger="a file has changed" `)] == 'a' {
			logged[i] = reloaded + line
		} else {
			logged[i] = failed + line
		}
	}
	s.expectLogged(logged...)
}

// A changed apps file is noticed, and a bad one is told once.
func TestAppsFileIsWatched(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.run()
		s.expectNoticed("1")

		write(t, "apps.yaml", list(first, second))
		s.expectNoticed("12", "added=1 changed=0 removed=0")
		s.expectNoticed("12")

		write(t, "apps.yaml", "apps: []")
		const empty = `error="WXAPP_APPS_FILE: apps.yaml:1: apps is empty; write \"apps:\" and below it a list with an appid and a secret for each app"`
		s.expectNoticed("12", empty)
		time.Sleep(time.Hour)
		s.expectNoticed("12")
		if s.metric("wxapp_config_last_reload_successful") != 0 {
			t.Error("a bad file counts as a success")
		}
		if err := os.Remove("apps.yaml"); err != nil {
			t.Fatal(err)
		}
		s.expectNoticed("12", `error="WXAPP_APPS_FILE: apps.yaml: cannot be read (no such file or directory); use a readable YAML file"`)

		write(t, "apps.yaml", list(first, second))
		s.expectNoticed("12", "added=0 changed=0 removed=0")
		if s.metric("wxapp_config_last_reload_successful") != 1 {
			t.Error("the file of before counts as a failure")
		}
	})
}

// Half of a list is a list: a file is left alone while it is being written.
func TestHalfWrittenFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first, second))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.run()
		for _, half := range []string{"", "apps:\n", list(first), list(first) + "- {appid: " + second} {
			write(t, "apps.yaml", half)
			time.Sleep(3 * time.Second)
			synctest.Wait()
			s.expectShown("12")
		}
		write(t, "apps.yaml", list(first, second, third))
		s.expectNoticed("123", "added=1 changed=0 removed=0")
	})
}

// However long the writer of a list pauses, up to half a minute, no app is taken for removed.
// What is there already is added and changed meanwhile.
func TestWriterThatPauses(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first, second))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.run()
		expiry := s.Snapshot(second).TokenExpiry
		for _, pause := range []time.Duration{15 * time.Second, 10 * time.Second} {
			write(t, "apps.yaml", list(third))
			s.expectNoticed("123", "added=1 changed=0 removed=0 to_be_removed=2 "+toBeRemoved)
			time.Sleep(pause)
			write(t, "apps.yaml", "apps:\n")
			s.expectNoticed("123", `error="WXAPP_APPS_FILE: apps.yaml:1: apps is not a list; write \"apps:\" and below it a list with an appid and a secret for each app"`)
			time.Sleep(time.Minute) // what is wrong removes nothing, and is told once
			s.expectNoticed("123")
			write(t, "apps.yaml", list(first, second))
			s.expectNoticed("123", "added=0 changed=0 removed=0 to_be_removed=1 "+toBeRemoved)
			time.Sleep(25 * time.Second)
			s.expectNoticed("12", "added=0 changed=0 removed=1")
		}
		if !s.Snapshot(second).TokenExpiry.Equal(expiry) {
			t.Error("an app that was missing for a moment has lost its token")
		}

		write(t, "apps.yaml", list(first))
		s.expectNoticed("12", "added=0 changed=0 removed=0 to_be_removed=1 "+toBeRemoved)
		s.hangups <- syscall.SIGHUP // says that the file is whole
		synctest.Wait()
		s.expectShown("1")
	})
}

const toBeRemoved = `when="the file has been unchanged for 30 seconds, or at SIGHUP or POST /-/reload"`

// Kubernetes mounts a secret or a config map as links to a folder that it replaces.
func TestKubernetesSymlinks(t *testing.T) {
	t.Chdir(t.TempDir())
	for version, appids := range map[string][]string{"..1": {first}, "..2": {first, second}} {
		if err := os.Mkdir(version, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, version+"/apps.yaml", list(appids...)+"- {appid: "+third+", secret_file: secret}\n")
		write(t, version+"/secret", strings.Replace(secret, "0", version[2:], 1))
	}
	if err := errors.Join(os.Symlink("..1", "..data"), os.Symlink("..data/apps.yaml", "apps.yaml"), os.Symlink("..data/secret", "secret")); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.run()
		s.expectNoticed("13")
		linkTo(t, "..2", "..data")
		s.expectNoticed("123", "added=1 changed=1 removed=0")
		linkTo(t, "..1", "..data")
		s.expectNoticed("123", "added=0 changed=1 removed=0 to_be_removed=1 "+toBeRemoved)
		time.Sleep(20 * time.Second)
		s.expectNoticed("13", "added=0 changed=0 removed=1")
	})
}

// A secret file is watched, too, also one that was missing when it was named.
func TestSecretFilesAreWatched(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first)+"- {appid: "+second+", secret_file: secret}\n")
	write(t, "secret", secret)
	write(t, "own", secret)
	t.Setenv("WXAPP_APPID", third)
	t.Setenv("WXAPP_SECRET_FILE", "own")
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.run()
		write(t, "secret", rotated)
		s.expectNoticed("123", "added=0 changed=1 removed=0")
		write(t, "own", rotated)
		s.expectNoticed("123", "added=0 changed=1 removed=0")
		write(t, "own", "")
		s.expectNoticed("123", `error="WXAPP_SECRET_FILE: \"own\" is empty; write the secret into it"`)
		write(t, "own", rotated)
		s.expectNoticed("123", "added=0 changed=0 removed=0")
		write(t, "apps.yaml", list(first)+"- {appid: "+second+", secret_file: later}\n")
		s.expectNoticed("123", `error="WXAPP_APPS_FILE: apps.yaml:3: secret_file: \"later\" cannot be read (no such file or directory); use a readable file that holds the secret"`)
		write(t, "later", secret)
		s.expectNoticed("123", "added=0 changed=1 removed=0")
	})
}

// A token file changes every two hours and is no setting.
func TestTokenFilesAreNotWatched(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first)+"- {appid: "+second+", token_file: token}\n")
	write(t, "token", "a token")
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.run()
		write(t, "token", "another token")
		s.expectNoticed("12")
	})
}

// SIGHUP reloads at once. Several in a row are one or two reloads, a second apart.
func TestHangups(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.run()
		for i, appids := range [][]string{{first, second}, {first, second, third}} {
			write(t, "apps.yaml", list(appids...))
			s.hangups <- syscall.SIGHUP
			synctest.Wait()
			if want := "12"; s.shown() != want { // the second waits
				t.Errorf("signal %d: the apps %s have data, want %s", i+1, s.shown(), want)
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		s.expectShown("123")
		s.expectLogged(reloaded+"trigger=SIGHUP added=1 changed=0 removed=0", reloaded+"trigger=SIGHUP added=1 changed=0 removed=0")
	})
}
