package wechat

import (
	"fmt"
	"strings"
	"testing"
)

// realisticAnswer writes an answer as large as that of an app with users in all of
// China.
func realisticAnswer() []byte {
	lists := []struct {
		key, name string
		rows      int
	}{
		{"province", "某某省", 34},
		{"city", "城市", 340},
		{"genders", "性别", 3},
		{"platforms", "platform ", 4},
		{"devices", "OPPO R", 20},
		{"ages", "岁", 7},
	}
	var b strings.Builder
	b.WriteString(`{"ref_date":"20170611-20170617"`)
	for _, metric := range Metrics() {
		fmt.Fprintf(&b, `,"%s":{`, metric)
		for i, list := range lists {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"%s":[`, list.key)
			for n := range list.rows {
				if n > 0 {
					b.WriteByte(',')
				}
				fmt.Fprintf(&b, `{"id":%d,"name":"%s%d","value":%d}`, 3000+n, list.name, n, 100_000/(n+1))
			}
			b.WriteByte(']')
		}
		b.WriteByte('}')
	}
	b.WriteByte('}')
	return []byte(b.String())
}

func BenchmarkDecodePortrait(b *testing.B) {
	answer := realisticAnswer()
	b.SetBytes(int64(len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		p, err := DecodePortrait(answer)
		if err != nil || len(p.Rows) != 12 || p.Rejected+p.Merged > 0 {
			b.Fatal(p, err)
		}
	}
}
