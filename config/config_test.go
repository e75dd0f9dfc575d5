package config

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// What secrets in these tests consist of. Secrets of both kinds must never show:
// those that have the form of a real one, and those that have not.
const (
	testSecret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	hushWord   = "hush"
)

// withAccount adds the settings without which no other one is looked at alone.
func withAccount(variables map[string]string) map[string]string {
	all := map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret}
	maps.Copy(all, variables)
	return all
}

// checkHushed fails when a text shows a secret of these tests.
func checkHushed(t *testing.T, what, text string) {
	t.Helper()
	lower := strings.ToLower(text)
	for _, secret := range []string{testSecret, hushWord} {
		if strings.Contains(lower, secret) {
			t.Errorf("%s shows a secret: %s", what, text)
		}
	}
}

func checkEqual[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if g, w := fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got, warnings, err := read(environmentOf(withAccount(nil)))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("error %v, warnings %q", err, warnings)
	}
	want := Config{
		Apps:            []App{{ID: "wx0123456789abcdef", Name: "wx0123456789abcdef", Tokens: TokenSource{Kind: BySecret}}},
		Files:           Files{},
		TokenEndpoint:   StableToken,
		APIURL:          "https://api.weixin.qq.com",
		Datasets:        wechat.Datasets()[:1],
		Dimensions:      []wechat.Dimension{"age", "city", "device", "gender", "platform", "province"},
		Top:             map[wechat.Dimension]int{"device": 20, "page": 20},
		PollInterval:    30 * time.Minute,
		PublishHour:     8,
		RequestTimeout:  30 * time.Second,
		MaxAge:          168 * time.Hour,
		StopTimeout:     8 * time.Second,
		Replicas:        1,
		Shard:           shards.Shard{Total: 1},
		Archive:         Archive{Folder: "wxapp-data", Setting: "WXAPP_ARCHIVE"},
		ListenAddresses: []string{":10120"},
		TelemetryPath:   "/metrics",
		LocationInfo:    true,
		LogLevel:        slog.LevelInfo,
		LogFormat:       "logfmt",
	}
	if secret := got.Apps[0].Tokens.Value.Reveal(); secret != testSecret {
		t.Errorf("the secret was read as %q", secret)
	}
	got.Apps[0].Tokens.Value = ""
	checkEqual(t, "config", got, want)
}

// TestEmptyIsNotSet holds that an empty or blank value takes the default, but for
// the two settings that say what empty means.
func TestEmptyIsNotSet(t *testing.T) {
	t.Parallel()
	want, _, err := read(environmentOf(withAccount(nil)))
	if err != nil {
		t.Fatal(err)
	}
	want.Archive.Folder, want.Top = "", map[wechat.Dimension]int{}

	for _, empty := range []string{"", " \t"} {
		blank := map[string]string{}
		for _, name := range variableNames("WXAPP_") {
			blank[name] = empty
		}
		blank["WXAPP_APPID"], blank["WXAPP_SECRET"] = " wx0123456789abcdef\n", " "+testSecret+"\n"
		got, warnings, err := read(environmentOf(blank))
		if err != nil || len(warnings) > 0 {
			t.Fatalf("error %v, warnings %q", err, warnings)
		}
		if secret := got.Apps[0].Tokens.Value.Reveal(); secret != testSecret {
			t.Errorf("the secret was read as %q", secret)
		}
		checkEqual(t, "config", got, want)
	}
}

func TestDemoIgnoresAccounts(t *testing.T) {
	t.Parallel()
	want, warnings, err := readDemo(environmentOf(nil))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("error %v, warnings %q", err, warnings)
	}
	if !want.Archive.None() || want.PollInterval != 30*time.Minute || len(want.Apps) > 0 {
		t.Errorf("without settings the demo has %+v", want)
	}

	got, warnings, err := readDemo(environmentOf(map[string]string{
		"WXAPP_APPID":          "no appid!",
		"WXAPP_APP_NAME":       "\xff",
		"WXAPP_SECRET":         hushWord,
		"WXAPP_SECRET_FILE":    "absent",
		"WXAPP_APPS_FILE":      "absent.yaml",
		"WXAPP_TOKEN_FILE":     "absent",
		"WXAPP_TOKEN_URL":      "ftp://" + hushWord,
		"WXAPP_TOKEN_ENDPOINT": "wrong",
		"WXAPP_API_URL":        "http://example.com/?" + hushWord,
		"WXAPP_ARCHIVE":        " ",
	}))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("error %v, warnings %q", err, warnings)
	}
	checkEqual(t, "config", got, want)

	variables := map[string]string{"WXAPP_ARCHIVE": "kept", "WXAPP_TOP": "city:5", "WXAPP_LOG_LEVEL": "loud", "WXAPP_SECERT": hushWord}
	if _, warnings, err = readDemo(environmentOf(variables)); err == nil || len(warnings) != 1 {
		t.Fatalf("error %v, warnings %q", err, warnings)
	}
	checkEqual(t, "error", err.Error(), `WXAPP_LOG_LEVEL: "loud" is unknown; set it to debug, info, warn or error`)

	variables["WXAPP_LOG_LEVEL"] = "warn"
	if got, _, err = readDemo(environmentOf(variables)); err != nil {
		t.Fatal(err)
	}
	want.Archive.Folder, want.Top, want.LogLevel = "kept", map[wechat.Dimension]int{"city": 5, "device": 20, "page": 20}, slog.LevelWarn
	checkEqual(t, "config", got, want)
}

// TestSettings runs the files of testdata/settings: an environment, the files that
// it names, and the lines that come of it. UPDATE_GOLDEN=1 rewrites those.
func TestSettings(t *testing.T) {
	files, err := filepath.Glob("testdata/settings/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			path, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			input, want, ok := strings.Cut(string(content), "-- want --\n")
			if !ok {
				t.Fatal("there is no section want")
			}
			got := runSettings(t, input)
			checkHushed(t, "the outcome", got)
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(path, []byte(input+"-- want --\n"+got), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// runSettings reads the settings of a file's input: lines NAME=value, then sections
// that begin with "-- path --".
func runSettings(t *testing.T, input string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	environment, files, _ := strings.Cut(input, "\n-- ")
	for section := range strings.SplitSeq(files, "\n-- ") {
		path, content, ok := strings.Cut(section, " --\n")
		if !ok {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	variables := map[string]string{}
	for line := range strings.Lines(environment) {
		line = strings.TrimSuffix(line, "\n")
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			variables[name] = value
		}
	}
	config, warnings, err := read(environmentOf(variables))
	var lines []string
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			lines = append(lines, "error "+line)
		}
	} else {
		for _, app := range config.Apps {
			tokens := map[TokenKind]string{app.Tokens.Kind: app.Tokens.Value.String()}
			if app.Tokens.Private() == "" {
				tokens[app.Tokens.Kind] = app.Tokens.Value.Reveal()
			}
			lines = append(lines, fmt.Sprintf("app %s name=%q secret=%s secret_file=%q token_file=%q token_url=%s",
				app.ID, app.Name, tokens[BySecret], tokens[BySecretFile], tokens[ByTokenFile], tokens[ByTokenURL]))
		}
	}
	for _, warning := range warnings {
		lines = append(lines, "warning "+warning)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		checkHushed(t, format, fmt.Sprintf(format, config))
		checkHushed(t, format, fmt.Sprintf(format, &config))
		checkHushed(t, format, fmt.Sprintf(format, config.Apps))
	}
	return strings.Join(lines, "\n") + "\n"
}
