package config_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func TestLogger(t *testing.T) {
	for format, want := range map[string]string{
		"logfmt": `^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=WARN msg="two words" app=wx1 g\.time=2020-02-02T02:02:02.000\+08:00\n$`,
		"json":   `^\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"WARN","msg":"two words","app":"wx1","g":\{"time":"2020-02-02T02:02:02\+08:00"\}\}\n$`,
	} {
		var log bytes.Buffer
		logger := config.NewLogger(&log, format, slog.LevelWarn)
		logger.Info("not logged")
		moment := time.Date(2020, 2, 2, 2, 2, 2, 0, time.FixedZone("", 8*60*60))
		logger.Warn("two words", "app", "wx1", slog.Group("g", "time", moment))
		if !regexp.MustCompile(want).MatchString(log.String()) {
			t.Errorf("%s: %s does not match %s", format, log.String(), want)
		}
		if format == "json" && !json.Valid(log.Bytes()) {
			t.Errorf("not JSON: %s", log.String())
		}
	}
}

// TestLoggerTimeIsUTC checks that times are converted to UTC, not only labeled as UTC.
func TestLoggerTimeIsUTC(t *testing.T) {
	for _, format := range []string{"logfmt", "json"} {
		var log bytes.Buffer
		logger := config.NewLogger(&log, format, slog.LevelInfo)
		moment := time.Date(2020, 2, 2, 7, 2, 2, 345_678_901, time.FixedZone("", 8*60*60))
		if err := logger.Handler().Handle(t.Context(), slog.NewRecord(moment, slog.LevelInfo, "message", 0)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "2020-02-01T23:02:02.345Z") {
			t.Errorf("%s: %s", format, log.String())
		}
	}
}

func TestLoggerHushesSecrets(t *testing.T) {
	const hushed = "5ec2e70123456789abcdef0123456789"
	secret := wechat.Secret(hushed)
	type holder struct {
		Secret  wechat.Secret
		Pointer *wechat.Secret
		List    []wechat.Secret
		Map     map[string]wechat.Secret
	}
	held := holder{secret, &secret, []wechat.Secret{secret}, map[string]wechat.Secret{"a": secret}}
	app := config.App{ID: "wx1", Tokens: config.TokenSource{Kind: config.BySecret, Value: secret}}
	values := map[string]any{
		"secret":            secret,
		"pointer":           &secret,
		"struct":            held,
		"pointer to struct": &held,
		"list":              []wechat.Secret{secret},
		"app":               app,
		"pointer to app":    &app,
		"list of apps":      []config.App{app},
		"config":            config.Config{Apps: []config.App{app}},
		"pointer to config": &config.Config{Apps: []config.App{app}},
	}
	for _, format := range []string{"logfmt", "json"} {
		for name, value := range values {
			var log bytes.Buffer
			logger := config.NewLogger(&log, format, slog.LevelDebug)
			logger.Info("message", slog.Any("value", value))
			logger.With("value", value).WithGroup("group").Info("message", "value", value)
			if !strings.Contains(log.String(), "value") {
				t.Errorf("%s of %s logged nothing: %s", format, name, log.String())
			}
			if strings.Contains(log.String(), hushed) {
				t.Errorf("%s of %s tells the secret: %s", format, name, log.String())
			}
		}
	}
}
