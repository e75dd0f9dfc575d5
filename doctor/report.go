package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/wxapp-exporter/wxapp_exporter/progress"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// WriteJSON writes a diagnosis as one JSON document.
func WriteJSON(w io.Writer, steps []Step, language text.Language) error {
	type jsonStep struct {
		Step    string  `json:"step"`
		App     string  `json:"app"` // shortened; empty: about no app
		Status  Status  `json:"status"`
		Cause   string  `json:"cause"`
		Remedy  string  `json:"remedy"`
		Seconds float64 `json:"seconds"`
	}
	verdict := Judge(steps)
	document := struct {
		Verdict  Status     `json:"verdict"`
		ExitCode int        `json:"exit_code"`
		Steps    []jsonStep `json:"steps"`
	}{verdict.Status, verdict.ExitCode, make([]jsonStep, 0, len(steps))}
	for _, s := range steps {
		document.Steps = append(document.Steps, jsonStep{
			s.Name, s.App, s.Status, s.Cause.In(language), s.Remedy.In(language), math.Round(s.Duration.Seconds()*1000) / 1000,
		})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// Text writes steps for people to read, one by one.
type Text struct {
	// W is written to. Errors are ignored until the verdict.
	W        io.Writer
	Language text.Language
	// Terminal says that W is one: while a step takes long, the screen says so.
	Terminal bool
	// Color colors the outcomes.
	Color bool
}

// Begin says that steps are coming.
func (t Text) Begin() {
	if t.Terminal {
		t.print(t.Language.Say("looking…", "正在检查…"))
	}
}

// Step writes a step: a line that says what was found, or, if something is wrong, a line
// and below it the cause and the remedy.
func (t Text) Step(s Step) {
	if t.Terminal {
		t.print(progress.ClearLine)
	}
	seconds, found, cause := "", s.Cause.In(t.Language), ""
	if s.Duration > 0 {
		seconds = fmt.Sprintf("%.3f s", s.Duration.Seconds())
	}
	if s.Status == Failure || s.Status == Warning {
		found, cause = "", found
	}
	line := fmt.Sprintf("%s  %-10s  %-9s  %7s  %s", t.status(s.Status), s.Name, s.App, seconds, found)
	t.print(strings.TrimRight(line, " ") + "\n")
	t.indented("", cause)
	t.indented(t.Language.Say("remedy: ", "解决方法："), s.Remedy.In(t.Language))
	t.Begin()
}

func (t Text) indented(label, text string) {
	if text != "" {
		t.print("         " + label + text + "\n")
	}
}

// Verdict writes the last line.
func (t Text) Verdict(v Verdict) error {
	if t.Terminal {
		t.print(progress.ClearLine)
	}
	summary := map[Status]text.Both{
		OK:      {English: "everything works", Chinese: "一切正常"},
		Warning: {English: "works, with warnings", Chinese: "可以正常工作，但有警告"},
		Failure: {English: "something is broken; fix the first failure first", Chinese: "存在故障，请先处理第一个失败的步骤"},
	}[v.Status].In(t.Language)
	code := t.Language.Say(" (exit code %d)", "（退出码 %d）", v.ExitCode)
	_, err := fmt.Fprintf(t.W, "\n%s%s\n", summary, code)
	return err
}

func (t Text) print(text string) { _, _ = io.WriteString(t.W, text) }

// status returns the word for an outcome, in the same width for all.
func (t Text) status(s Status) string {
	word := fmt.Sprintf("%-7s", string(s))
	if t.Language == text.Chinese {
		word = map[Status]string{OK: "正常", Warning: "警告", Failure: "失败", Skipped: "跳过"}[s]
	}
	if !t.Color {
		return word
	}
	color := map[Status]string{OK: "32", Warning: "33", Failure: "31", Skipped: "90"}[s]
	return "\x1b[" + color + "m" + word + "\x1b[0m"
}

// NewText returns a Text in the language of a locale, such as zh_CN.UTF-8. Only on a
// terminal can it have colors.
func NewText(w io.Writer, locale string, colors bool) Text {
	file, isFile := w.(*os.File)
	terminal := isFile && term.IsTerminal(int(file.Fd()))
	return Text{
		W: w, Terminal: terminal, Color: terminal && colors, Language: languageOf(locale),
	}
}

// languageOf returns the language of a locale: Chinese for those that begin with zh.
func languageOf(locale string) text.Language {
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		return text.Chinese
	}
	return text.English
}
