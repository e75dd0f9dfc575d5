package reload_test

import (
	"errors"
	"os"
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

// Kubernetes mounts a secret or a config map as links to a folder that it replaces.
func TestKubernetesSymlinks(t *testing.T) {
	t.Chdir(t.TempDir())
	for version, appids := range map[string][]string{"..1": {first}, "..2": {first, second}} {
		if err := os.Mkdir(version, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, version+"/apps.yaml", list(appids...)+"- {appid: "+third+", secret_file: secret}\n")
		write(t, version+"/secret", secret+version)
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
		s.expectNoticed("13", "added=0 changed=1 removed=1")
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
		write(t, "secret", secret+"1")
		s.expectNoticed("123", "added=0 changed=1 removed=0")
		write(t, "own", secret+"1")
		s.expectNoticed("123", "added=0 changed=1 removed=0")
		write(t, "own", "")
		s.expectNoticed("123", `error="WXAPP_SECRET_FILE: \"own\" is empty; write the secret into it"`)
		write(t, "own", secret+"1")
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
