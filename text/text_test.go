package text_test

import (
	"math"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

func TestBoth(t *testing.T) {
	both := text.Both{English: "100% of users", Chinese: "100% 的用户"}
	for language, want := range map[text.Language]string{
		text.English: both.English, text.Chinese: both.Chinese, "": both.English, "fr": both.English,
	} {
		if got := both.In(language); got != want {
			t.Errorf("%q: got %q, want %q", language, got, want)
		}
	}
}

func TestSay(t *testing.T) {
	if got, want := text.Chinese.Say("%s of %s", "%[2]s 个中的 %[1]s 个", "1", "3"), "3 个中的 1 个"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := text.English.Say("100%", "百分之百"), "100%"; got != want {
		t.Errorf("without values: got %q, want %q", got, want)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", -999: "-999", -1000: "-1,000", 123456: "123,456",
		1234567: "1,234,567", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := text.Grouped(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
