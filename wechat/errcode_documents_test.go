package wechat

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// TestErrcodeDocuments holds that docs/errcodes.md, in both languages, says what the table of
// errcodes says. UPDATE_GOLDEN=1 writes it.
func TestErrcodeDocuments(t *testing.T) {
	for language, file := range map[text.Language]string{text.English: "../docs/errcodes.md", text.Chinese: "../docs/errcodes.zh-CN.md"} {
		checkGolden(t, file, errcodesMarkdown(language))
	}
}

func checkGolden(t *testing.T, file, want string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s is not up to date (%v); run the tests with UPDATE_GOLDEN=1. It should be:\n%s", file, err, want)
	}
}

var introduction = both(`# What can go wrong with a call

[简体中文](errcodes.zh-CN.md)

When a call to WeChat fails, the log, the page at `+"`/`"+` and this list give the same information:
the reason, which is the label `+"`reason`"+` of `+"`wxapp_poll_failures_total`"+`, and what to do. The numbers are
WeChat's errcodes, which `+"`wxapp_api_requests_total`"+` counts by its label `+"`code`"+`. Where several rows have the
same code, the first one whose condition is true applies.

"Retried" is how long the exporter waits after a failure. After a failure that requires action, a restart
retries at once.

In the settings, the base URL is `+"`WXAPP_API_URL`"+`, the token URL `+"`WXAPP_TOKEN_URL`"+` or `+"`token_url`"+`, the
token file `+"`WXAPP_TOKEN_FILE`"+` or `+"`token_file`"+`, and the AppSecret `+"`WXAPP_SECRET`, `WXAPP_SECRET_FILE`, `secret`"+` or
`+"`secret_file`"+`.
`, `# 请求失败的原因与处理办法

[English](errcodes.md)

请求微信失败时，日志、`+"`/`"+` 页面与本列表的说明一致：失败的原因（即 `+"`wxapp_poll_failures_total`"+` 的标签 `+"`reason`"+`）
以及处理办法。数字为微信的 errcode，`+"`wxapp_api_requests_total`"+` 的标签 `+"`code`"+` 按它计数。同一 errcode 有多行时，
以条件成立的第一行为准。

“重试”是失败之后等待的时间。需要人工处理的失败，重启后会立即重试。

对应的设置：基础 URL 为 `+"`WXAPP_API_URL`"+`；token URL 为 `+"`WXAPP_TOKEN_URL`"+` 或 `+"`token_url`"+`；token 文件为
`+"`WXAPP_TOKEN_FILE`"+` 或 `+"`token_file`"+`；AppSecret 为 `+"`WXAPP_SECRET`、`WXAPP_SECRET_FILE`、`secret`"+` 或 `+"`secret_file`"+`。
`)

// meanings say what the reasons mean.
var meanings = map[Reason]text.Both{
	ReasonAccount:     both("WeChat has restricted the account.", "微信限制了该账号。"),
	ReasonAllowlist:   both("The IP address from which the exporter calls is not on the app's allow-list.", "采集器的出口 IP 不在该小程序的 IP 白名单中。"),
	ReasonBusy:        both("WeChat or the network is failing, usually for a short time.", "微信或网络故障，通常很快恢复。"),
	ReasonCredentials: both("WeChat refuses the AppID or the AppSecret.", "微信不接受 AppID 或 AppSecret。"),
	ReasonDecode:      both("The answer is not the expected one, for example the page of a proxy.", "返回的不是所请求的内容，例如代理的网页。"),
	ReasonNotReady:    both("Not a failure: WeChat has not published the numbers yet.", "不是失败：微信尚未发布数据。"),
	ReasonPending:     both("An administrator of the app has to approve the IP address.", "需要小程序管理员同意该 IP。"),
	ReasonPermission:  both("The app may not use this API.", "该小程序无权使用此接口。"),
	ReasonQuota:       both("Too many calls were made for the app.", "该小程序的调用次数过多。"),
	ReasonRequest:     both("WeChat rejects the call as invalid.", "微信认为请求本身有误。"),
	ReasonToken:       both("WeChat refuses the access token, or none can be read.", "微信不接受 access_token，或读取不到 token。"),
}

// errcodesMarkdown returns the whole document.
func errcodesMarkdown(language text.Language) string {
	var b strings.Builder
	b.WriteString(introduction.In(language))
	for _, reason := range append(FailureReasons(), ReasonNotReady) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", reason, meanings[reason].In(language))
		b.WriteString(language.Say("| Answer | Retried | What to do |\n", "| 返回 | 重试 | 处理办法 |\n"))
		b.WriteString("| --- | --- | --- |\n")
		for _, row := range documentRows(language) {
			if row.Reason == reason {
				fmt.Fprintf(&b, "| %s | %s | %s |\n", row.answer, pauseText(row.Errcode, language), sentence(row.Remedy, language))
			}
		}
	}
	return b.String()
}

// documentRow is a row of the documents: codes that differ in nothing else share one.
type documentRow struct {
	Errcode
	answer string
}

func documentRows(language text.Language) []documentRow {
	var rows []documentRow
	all := Errcodes()
	for i := 0; i < len(all); {
		row := all[i]
		var answers []string
		for ; i < len(all) && all[i].Remedy == row.Remedy && all[i].When == row.When; i++ {
			if answer := codeText(all[i].Code, language); answer != "" {
				answers = append(answers, answer)
			}
		}
		answer := strings.Join(answers, language.Say(", ", "、"))
		switch when := row.When.In(language); {
		case answer == "" && when == "":
			continue // no call fails that way
		case answer == "":
			answer = when
		case when != "":
			answer += language.Say(": ", "：") + when
		}
		rows = append(rows, documentRow{row, upperFirst(answer)})
	}
	return rows
}

// codeText returns a code as the documents show it.
func codeText(code string, language text.Language) string {
	switch status, isStatus := strings.CutPrefix(code, codeHTTP); {
	case code == codeNetwork:
		return language.Say("no answer (`network`)", "没有响应（`network`）")
	case code == codeDecode:
		return language.Say("something else (`decode`)", "其他内容（`decode`）")
	case code == codeUnknown:
		return language.Say("any other errcode (`unknown`)", "其他 errcode（`unknown`）")
	case code == codeHTTPOther:
		return language.Say("unassigned HTTP status (`http_other`)", "未定义的 HTTP 状态码（`http_other`）")
	case isStatus:
		return "HTTP " + status
	}
	return code
}

// pauseText says when a call is made again.
func pauseText(row Errcode, language text.Language) string {
	pause := row.Pause
	switch {
	case pause.NextDay:
		return language.Say("on the next day in China", "次日（北京时间）")
	case row.Reason == ReasonNotReady:
		return language.Say("after `WXAPP_POLL_INTERVAL`", "`WXAPP_POLL_INTERVAL` 之后")
	case pause.First == pause.Most:
		first := durationText(pause.First, language)
		return language.Say("after "+first, first+"之后")
	}
	first, most := durationText(pause.First, language), "`WXAPP_POLL_INTERVAL`"
	if pause.Most != 0 {
		most = durationText(pause.Most, language)
	}
	return language.Say("after "+first+", then doubling each time, up to "+most, first+"之后，每次加倍，最长 "+most)
}

func durationText(d time.Duration, language text.Language) string {
	switch {
	case d >= time.Hour:
		return strconv.Itoa(int(d.Hours())) + language.Say(" h", " 小时")
	case d >= time.Minute:
		return strconv.Itoa(int(d.Minutes())) + language.Say(" min", " 分钟")
	}
	return strconv.Itoa(int(d.Seconds())) + language.Say(" s", " 秒")
}

func sentence(words text.Both, language text.Language) string {
	return upperFirst(words.In(language)) + language.Say(".", "。")
}

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

var (
	fiveDigits    = regexp.MustCompile(`(^|[^0-9:])([0-9]{5})\b`) // but no port
	httpStatus    = regexp.MustCompile(`HTTP ([0-9]{3})`)
	reasonMatcher = regexp.MustCompile(`reason=~?"([^"]*)"`)
)

// TestRunbooksNameWhatExists holds that the errcodes and reasons in the runbooks are
// those of the table, and that every reason has a runbook in both languages.
func TestRunbooksNameWhatExists(t *testing.T) {
	files, err := filepath.Glob("../docs/runbooks/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no runbooks", err)
	}
	var codes []string
	for _, row := range Errcodes() {
		codes = append(codes, row.Code)
	}
	runbooks := make(map[Reason]int)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range fiveDigits.FindAllStringSubmatch(string(content), -1) {
			if !slices.Contains(codes, match[2]) {
				t.Errorf("%s names %s, which is not an errcode of the table", file, match[2])
			}
		}
		for _, match := range httpStatus.FindAllStringSubmatch(string(content), -1) {
			if status, _ := strconv.Atoi(match[1]); http.StatusText(status) == "" {
				t.Errorf("%s names HTTP %s", file, match[1])
			}
		}
		for _, match := range reasonMatcher.FindAllStringSubmatch(string(content), -1) {
			for reason := range strings.SplitSeq(match[1], "|") {
				runbooks[Reason(reason)]++
			}
		}
	}
	for _, reason := range FailureReasons() {
		if runbooks[reason] < 2 {
			t.Errorf("%s has %d runbooks, want one per language", reason, runbooks[reason])
		}
		delete(runbooks, reason)
	}
	if len(runbooks) > 0 {
		t.Errorf("runbooks name reasons that do not exist: %v", runbooks)
	}
}
