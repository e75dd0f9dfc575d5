package consumers

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const document, chinese = "../../docs/consumers.md", "../../docs/consumers.zh-CN.md"

// snippets returns the blocks of code of a document.
func snippets(t *testing.T, file string) []string {
	t.Helper()
	var found []string
	for i, part := range strings.Split("\n"+read(t, file), "\n```") {
		if i%2 == 1 {
			_, content, _ := strings.Cut(part, "\n")
			found = append(found, content+"\n")
		}
	}
	return found
}

// snippet returns the one block of the document that has a text, with addresses instead of the names
// of machines, and with short intervals.
func snippet(t *testing.T, text string, namesAndAddresses ...string) string {
	t.Helper()
	var found []string
	for _, block := range snippets(t, document) {
		if strings.Contains(block, text) {
			found = append(found, block)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d blocks of code with %q", len(found), text)
	}
	here := strings.NewReplacer(append(namesAndAddresses, `interval = "1m"`, fmt.Sprintf("interval = %q", interval.String()))...)
	return minute.ReplaceAllString(here.Replace(found[0]), fmt.Sprintf("${1}scrape_interval: %[1]s\n${1}scrape_timeout: %[1]s", interval))
}

var minute = regexp.MustCompile(`(?m)^( *)scrape_interval: 1m$`)

// settings returns the settings of the exporter in a block of code.
func settings(t *testing.T, text string, namesAndAddresses ...string) []string {
	t.Helper()
	return strings.Fields(snippet(t, text, namesAndAddresses...))
}

// command returns the arguments of the one command of a document that begins with a text.
func command(t *testing.T, file, text string, namesAndPlaces ...string) []string {
	t.Helper()
	var found []string
	for _, block := range snippets(t, file) {
		for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", "")) {
			if strings.HasPrefix(line, text+" ") {
				found = append(found, line)
			}
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d commands %q", len(found), text)
	}
	return strings.Fields(strings.NewReplacer(append(namesAndPlaces, "'", "")...).Replace(found[0]))[1:]
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// Both languages have the same configurations, and no row of a way that is not tested.
func TestDocuments(t *testing.T) {
	if english, other := snippets(t, document), snippets(t, chinese); len(english) < 10 || !slices.Equal(english, other) {
		t.Errorf("%d and %d blocks of code, or other ones", len(english), len(other))
	}
	for _, file := range []string{document, chinese} {
		_, table, _ := strings.Cut(read(t, file), "|---|---|---|---|\n")
		table, _, _ = strings.Cut(table, "\n\n")
		if rows := strings.Count(table, "\n") + 1; rows != len(ways()) {
			t.Errorf("%s has %d rows, and %d ways are tested", file, rows, len(ways()))
		}
	}
}

// checkRow holds that the table of the documents has what became of the series on a way.
func checkRow(t *testing.T, w way, c comparison) {
	t.Helper()
	for file, words := range map[string]struct{ all, without string }{
		document: {"all", "all but "},
		chinese:  {"全部", "缺少 "},
	} {
		series := words.all
		if len(w.without) > 0 {
			series = words.without + code(w.without)
		}
		if row := fmt.Sprintf("| %s | %s | %s | %s |", w.consumer, w.how, series, code(c.added)); !strings.Contains(read(t, file), "\n"+row) {
			t.Errorf("%s lacks the row\n%s", file, row)
		}
	}
}

// code returns words in the style of code.
func code(words []string) string {
	if len(words) == 0 {
		return "–"
	}
	return "`" + strings.Join(words, "`, `") + "`"
}
