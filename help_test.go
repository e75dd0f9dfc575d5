package main

import (
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
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
	for _, name := range append(variables(), "serve", "demo", "healthcheck", "version", "help") {
		if !strings.Contains(text.String(), "\n  "+name+" ") {
			t.Errorf("%s has no line", name)
		}
	}
	for _, value := range []string{"stable_token", "https://api.weixin.qq.com", "device:20", "168h", ":10120", "wxapp-data"} {
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

// TestReadmes holds that the tables of the settings in the READMEs are those of the
// program. UPDATE_GOLDEN=1 rewrites them.
func TestReadmes(t *testing.T) {
	checkTable(t, "README.md", "settings", settingsMarkdown("desc", "Variable", "Default", "Meaning"))
	checkTable(t, "README.zh-CN.md", "settings", settingsMarkdown("zh", "变量", "默认值", "含义"))
}

// checkTable holds that a file has a table between the two marks of a name.
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

// settingsMarkdown returns the table of the settings, with the texts of a tag.
func settingsMarkdown(tag string, heads ...string) string {
	var table strings.Builder
	row := func(cells ...string) { table.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(heads...)
	row("---", "---", "---")
	for field := range reflect.TypeFor[settings]().Fields() {
		byDefault := field.Tag.Get("default")
		if byDefault != "" {
			byDefault = "`" + byDefault + "`"
		}
		row("`"+field.Tag.Get("envconfig")+"`", byDefault, strings.ReplaceAll(field.Tag.Get(tag), "|", `\|`))
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

func TestEverySettingIsDescribed(t *testing.T) {
	for field := range reflect.TypeFor[settings]().Fields() {
		for _, tag := range []string{"desc", "zh"} {
			if field.Tag.Get(tag) == "" {
				t.Errorf("%s has no %s", field.Name, tag)
			}
		}
	}
}
