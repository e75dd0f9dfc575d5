package wechat

import "testing"

func TestNamesOfKeys(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{SourceName(1), "小程序历史列表"},
		{SourceName(8), "小程序主页"},
		{SourceName(10), "其他"},
		{SourceName(20), "卡包"},
		{SourceName(33), "微信广告"},
		{SourceName(46), "朋友圈"},
		{SourceName(57), "群工具"},
		{SourceName(58), "key_58"},
		{SourceName(0), "key_0"},
		{StayTimeName(1), "0-2s"},
		{StayTimeName(5), "20-30s"},
		{StayTimeName(8), ">100s"},
		{StayTimeName(9), "key_9"},
		{DepthName(1), "1"},
		{DepthName(6), "6-10"},
		{DepthName(7), ">10"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}

// Each source has its own name in both languages.
func TestSourcesInBothLanguages(t *testing.T) {
	seen := map[string]bool{}
	for i, source := range Sources() {
		if seen[source.English] || seen[source.Chinese] || source.English == "" || SourceName(int64(i+1)) != source.Chinese {
			t.Errorf("the source %d is called %+v", i+1, source)
		}
		seen[source.English], seen[source.Chinese] = true, true
	}
}
