package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

func TestHelp(t *testing.T) {
	var text strings.Builder
	if err := writeHelp(&text); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > 100 {
			t.Errorf("%d columns: %s", width, line)
		}
		if strings.TrimRight(line, " \n") != strings.TrimSuffix(line, "\n") {
			t.Errorf("spaces at the end of %q", line)
		}
	}
	names := program().Names()
	for _, setting := range config.Settings() {
		names = append(names, setting.Name)
	}
	for _, name := range names {
		if !strings.Contains(text.String(), "\n  "+name+" ") && !strings.Contains(text.String(), "\n  "+name+"\n") {
			t.Errorf("%s has no line", name)
		}
	}
	if !strings.Contains(strings.ToLower(text.String()), "choose one per prometheus") {
		t.Error("the two ways to Prometheus are not explained")
	}
	for _, value := range []string{"stable_token", "https://api.weixin.qq.com", "device:20,page:20", "168h", ":10120", "wxapp-data"} {
		if !strings.Contains(text.String(), " "+value+" ") {
			t.Errorf("the default %s is not named", value)
		}
	}
	checkGolden(t, "testdata/help.txt", text.String())
}

func TestHelpReportsAFailedWrite(t *testing.T) {
	reader, writer := io.Pipe()
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if err := writeHelp(writer); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}

// TestSettingsDocuments checks that the tables of settings in the documents are up to date.
// UPDATE_GOLDEN=1 rewrites them.
func TestSettingsDocuments(t *testing.T) {
	english := func(s config.Setting) string { return s.English }
	chinese := func(s config.Setting) string { return s.Chinese }
	for mark, prefix := range map[string]string{"settings": "WXAPP_", "otlp": "OTEL_"} {
		checkTable(t, "docs/"+mark+".md", mark, settingsMarkdown(prefix, english, "Variable", "Default", "Meaning"))
		checkTable(t, "docs/"+mark+".zh-CN.md", mark, settingsMarkdown(prefix, chinese, "变量", "默认值", "含义"))
	}
}

// checkTable checks that a file has a table between the two marks of a name.
func checkTable(t *testing.T, file, name, table string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+":begin -->\n", "<!-- "+name+":end -->"
	before, rest, hasBegin := strings.Cut(string(content), begin)
	_, after, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		t.Errorf("%s lacks the lines %s and %s", file, strings.TrimSpace(begin), end)
		return
	}
	checkGolden(t, file, before+begin+table+end+after)
}

// settingsMarkdown returns the table of the settings with a prefix.
func settingsMarkdown(prefix string, meaning func(config.Setting) string, heads ...string) string {
	var table strings.Builder
	row := func(cells ...string) { table.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(heads...)
	row("---", "---", "---")
	for _, setting := range config.Settings() {
		if !strings.HasPrefix(setting.Name, prefix) {
			continue
		}
		byDefault := setting.Default
		if byDefault != "" {
			byDefault = "`" + byDefault + "`"
		}
		row("`"+setting.Name+"`", byDefault, strings.ReplaceAll(meaning(setting), "|", `\|`))
	}
	return table.String()
}

// checkGolden compares a text with a file, or writes it there with UPDATE_GOLDEN=1.
func checkGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not up to date; run the tests with UPDATE_GOLDEN=1. It should be:\n%s", file, got)
	}
}
