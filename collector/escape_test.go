package collector_test

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

func TestAppendEscaped(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "广东": "广东", `a"b`: `a\"b`, "\n": `\n`, `\n`: `\\n`, "a\\\"\n\\z": `a\\\"\n\\z`, "\r\t": "\r\t",
	} {
		if got := string(collector.AppendEscaped([]byte("="), value)); got != "="+want {
			t.Errorf("%q: got %q, want %q", value, got, "="+want)
		}
	}
}
