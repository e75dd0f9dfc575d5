package export

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
)

func parse(args []string) (Arguments, error) {
	set := arguments.New("export")
	parsed := Define(set)
	if err := set.Parse(args); err != nil {
		return Arguments{}, err
	}
	return parsed()
}

func TestExportArguments(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	byDefault := Arguments{Slice: 24 * time.Hour, Every: time.Hour}
	for args, want := range map[string]Arguments{
		"": byDefault,
		"--output out --from 2026-11-20 --to=20261121": {
			Output: "out", From: at("2026-11-20T00:00:00+08:00"), To: at("2026-11-22T00:00:00+08:00"), Slice: 24 * time.Hour, Every: time.Hour,
		},
		"--from 2026-11-20T10:00:00Z --to 2026-11-20T11:00:00Z --slice=6h --every 90m": {
			From: at("2026-11-20T10:00:00Z"), To: at("2026-11-20T11:00:00Z"), Slice: 6 * time.Hour, Every: 90 * time.Minute,
		},
		"--app wxa --app=wxb --label job=wxapp --label=a_b=c=d": {
			Slice: 24 * time.Hour, Every: time.Hour, Apps: []string{"wxa", "wxb"},
			Labels: []Label{{Name: "job", Value: "wxapp"}, {Name: "a_b", Value: "c=d"}},
		},
	} {
		got, err := parse(strings.Fields(args))
		same := got.From.Equal(want.From) && got.To.Equal(want.To)
		got.From, got.To, want.From, want.To = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		if err != nil || !same || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", args, got, err, want)
		}
	}
	for _, help := range []string{"-h", "--help"} {
		if _, err := parse([]string{help}); !errors.Is(err, arguments.ErrHelp) {
			t.Errorf("%s: %v", help, err)
		}
	}
}

// Every mistake is told in words, all at once, and without a value.
func TestExportArgumentsRefused(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"hush", "unknown argument hush; see wxapp_exporter export --help"},
		{"--secret=hush", "unknown argument --secret; see wxapp_exporter export --help"},
		{"--" + strings.Repeat("0123456789abcdef", 2), "unknown argument; see wxapp_exporter export --help"},
		{"---hush=1", "unknown argument; see wxapp_exporter export --help"},
		{"--output", "--output: has no value; write --output VALUE or --output=VALUE"},
		{"--output= --every=", "invalid arguments:\n  --output: has no value; add one, or omit it\n  --every: has no value; add one, or omit it"},
		{"--from hush", "--from: is neither a day nor a time; use a day in Shanghai like 2026-11-24, or a time like 2026-11-24T10:00:00+08:00"},
		{"--from 2026-02-30", "--from: is neither a day nor a time"},
		{"--from 2026-11-24 --to 2026-11-23", "--to: is not after --from"},
		{"--rewrite", "--rewrite: is for the files of --output"},
		{"--slice 1d", "--slice: is not a duration; use a value like 1h (there is no unit for days)"},
		{"--slice 59m", "--slice: is not a number of whole minutes from 1h to 744h"},
		{"--slice 745h", "--slice: is not a number of whole minutes from 1h to 744h"},
		{"--every 90s --from hush", "invalid arguments:\n  --from: is neither a day nor a time; use a day in Shanghai like 2026-11-24, or a time like 2026-11-24T10:00:00+08:00\n  --every: is not a number of whole minutes from 1m to 24h"},
		{"--app hush/.. ", "--app: is not an AppID"},
		{"--label hush", "--label: is not NAME=VALUE"},
		{"--label 1job=hush", "--label: is not NAME=VALUE"},
		{"--label __name__=hush", "--label: is not NAME=VALUE"},
		{"--label appid=hush", "--label: appid is a label of the exporter itself; choose another name"},
		{"--label range=hush", "--label: range is a label of the exporter itself"},
		{"--label job=hush --label job=hush", "--label: job is set twice; set it once"},
		{"--label job=", "--label: job has no value, which is the same as no label"},
		{"--label job=hush\x01", "--label: the value of job is longer than 1024 bytes, or contains a control character or invalid UTF-8"},
		{"--label job=hush\xff", "--label: the value of job"},
		{"--label job=" + strings.Repeat("x", 1025), "--label: the value of job"},
	} {
		_, err := parse(strings.Fields(test.args))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v; want %s", test.args, err, test.want)
		}
		if test.args != "hush" {
			if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "0123456789abcdef") {
				t.Errorf("%s: the message shows a value: %v", test.args, err)
			}
		}
	}
}

func FuzzExportArguments(f *testing.F) {
	for _, text := range []string{
		"--output\x00out\x00--from=2026-11-20\x00--to\x0020261121",
		"--label\x00job=wxapp\x00--label=a=\xff", "--every=1h\x00--slice\x0024h", "--app", "---\x00-h", "--from=9999999999-01-01",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parse(strings.Split(text, "\x00"))
		if err != nil {
			if !utf8.ValidString(err.Error()) {
				t.Errorf("the message is not UTF-8: %q", err)
			}
			return
		}
		if parsed.Slice < time.Hour || parsed.Slice > maxSlice || parsed.Every < time.Minute || parsed.Every > 24*time.Hour {
			t.Errorf("slices of %s, repeated every %s", parsed.Slice, parsed.Every)
		}
		for _, label := range parsed.Labels {
			if !labelName.MatchString(label.Name) || isOwnLabel(label.Name) || !utf8.ValidString(label.Value) || label.Value == "" {
				t.Errorf("the label %q is taken", label)
			}
		}
	})
}
