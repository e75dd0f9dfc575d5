package dashboards

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// A dashboard is the same in both languages, but for its texts, and every text is
// translated.
func TestLanguages(t *testing.T) {
	for _, d := range inEnglish(readDashboards(t)) {
		english := decode(t, d.File)
		chinese := decode(t, strings.TrimSuffix(d.File, ".json")+".zh-CN.json")
		compare(t, d.File, english, chinese)
	}
}

func decode(t *testing.T, file string) any {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(content, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// textKeys are the keys under which texts stand that people read.
var textKeys = map[string]bool{"title": true, "description": true, "label": true, "noValue": true, "text": true, "legendFormat": true}

// sameInBoth are texts that need no translation.
var sameInBoth = map[string]bool{
	"": true, "CPU": true, "All": true, "text": true, "default": true, "Wxapp": true, "iPhone": true, "H5": true, "Android": true, ".*": true,
}

func compare(t *testing.T, place string, english, chinese any) {
	t.Helper()
	switch english := english.(type) {
	case map[string]any:
		other, ok := chinese.(map[string]any)
		if !ok || len(other) != len(english) {
			t.Errorf("%s: %v in English, %v in Chinese", place, english, chinese)
			return
		}
		for key, value := range english {
			if key == "english" { // the column of English names is for English alone
				continue
			}
			if strings.HasSuffix(place, "/links") && english["title"] == "中文" && other["title"] == "English" {
				continue // the link to the other language is in that language
			}
			compare(t, place+"/"+key, value, other[key])
		}
	case []any:
		other, ok := chinese.([]any)
		if !ok || len(other) != len(english) {
			t.Errorf("%s: the lists differ in length", place)
			return
		}
		for i := range english {
			compare(t, place, english[i], other[i])
		}
	case string:
		other, _ := chinese.(string)
		key := place[strings.LastIndexByte(place, '/')+1:]
		switch {
		case key == "expr" || key == "definition" || key == "regex":
			if english != other {
				t.Errorf("%s: the queries differ:\n%s\n%s", place, english, other)
			}
		case textKeys[key] && hasHan(english):
			t.Errorf("%s: English text %q is Chinese", place, english)
		case textKeys[key] && english == other && !sameInBoth[english] && !strings.HasPrefix(english, "{{"):
			t.Errorf("%s: text %q is not translated", place, english)
		case english != other && !hasHan(other) && other != "未知" && other != "其他" && !strings.Contains(other, "：") && key != "uid" && key != "url" && key != "tags":
			t.Errorf("%s: Chinese text %q has nothing Chinese", place, other)
		}
	default:
		if !reflect.DeepEqual(english, chinese) {
			t.Errorf("%s: %v in English, %v in Chinese", place, english, chinese)
		}
	}
}

// hasHan reports whether a text has Chinese in it, other than names of WeChat's that
// a text in English may quote.
func hasHan(text string) bool {
	text = strings.NewReplacer("未知", "", "其他", "").Replace(text)
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
