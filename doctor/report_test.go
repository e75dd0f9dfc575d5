package doctor_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

func steps() []doctor.Step {
	return []doctor.Step{
		{Name: "dns", Status: doctor.OK, Cause: text.Both{English: "it is there", Chinese: "正确"}, Duration: 12 * time.Millisecond},
		{Name: "window_30d", App: "wx01…cdef", Status: doctor.Skipped, Cause: text.Both{English: "no token", Chinese: "没有 token"}},
		{
			Name: "push", Status: doctor.Failure, Duration: 4 * time.Second,
			Cause: text.Both{English: "closed", Chinese: "已关闭"}, Remedy: text.Both{English: "open it", Chinese: "打开它"},
		},
	}
}

func written(t *testing.T, text doctor.Text) string {
	t.Helper()
	var out bytes.Buffer
	text.W = &out
	text.Begin()
	for _, s := range steps() {
		text.Step(s)
	}
	if err := text.Verdict(doctor.Judge(steps())); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestText(t *testing.T) {
	const english = `ok       dns                    0.012 s  it is there
skipped  window_30d  wx01…cdef           no token
failure  push                   4.000 s
         closed
         remedy: open it

something is broken; fix the first failure first (exit code 22)
`
	if got := written(t, doctor.Text{}); got != english {
		t.Errorf("got\n%s\nwant\n%s", got, english)
	}
	const chinese = `正常  dns                    0.012 s  正确
跳过  window_30d  wx01…cdef           没有 token
失败  push                   4.000 s
         已关闭
         解决方法：打开它

存在故障，请先处理第一个失败的步骤（退出码 22）
`
	if got := written(t, doctor.Text{Language: text.Chinese}); got != chinese {
		t.Errorf("got\n%s\nwant\n%s", got, chinese)
	}
	if got := written(t, doctor.Text{Terminal: true, Color: true}); !strings.Contains(got, "\x1b[31mfailure\x1b[0m") || !strings.HasPrefix(got, "looking…\r\x1b[K") {
		t.Errorf("on a terminal: %q", got)
	}
}

func TestLanguage(t *testing.T) {
	for locale, want := range map[string]text.Language{
		"": text.English, "C": text.English, "de_DE.UTF-8": text.English,
		"zh_CN.UTF-8": text.Chinese, "zh_TW": text.Chinese, "ZH": text.Chinese,
	} {
		text := doctor.NewText(&bytes.Buffer{}, locale, true)
		if text.Language != want || text.Terminal || text.Color {
			t.Errorf("%q: %+v, want %s", locale, text, want)
		}
	}
}

func TestJudge(t *testing.T) {
	got := doctor.Judge([]doctor.Step{
		{Name: "push", Status: doctor.Failure}, {Name: "window_7d", Status: doctor.Failure}, {Name: "token", Status: doctor.Warning},
	})
	if got != (doctor.Verdict{Status: doctor.Failure, ExitCode: 19}) {
		t.Errorf("%+v", got)
	}
}

// TestDocuments holds that the documents have every exit code.
func TestDocuments(t *testing.T) {
	for _, name := range []string{"doctor.md", "doctor.zh-CN.md"} {
		document, err := os.ReadFile(filepath.Join("..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		last := -1
		for _, class := range doctor.Classes() {
			row := fmt.Sprintf("\n| %d | `%s` |", class.ExitCode, class.Name)
			at := strings.Index(string(document), row)
			if at <= last {
				t.Errorf("%s: no row %q in its place", name, row)
			}
			last = at
		}
	}
}

func TestShorten(t *testing.T) {
	for appid, want := range map[string]string{
		"wx0123456789abcdef": "wx01…cdef", "wxdemo0000000000c1": "wxde…00c1", "teahouse": "te…", "t": "t…", "": "…",
	} {
		if got := doctor.Shorten(appid); got != want {
			t.Errorf("%q: %q, want %q", appid, got, want)
		}
	}
}
