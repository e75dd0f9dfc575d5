package wechat

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

func FuzzDecodePortrait(f *testing.F) {
	samples, err := filepath.Glob("testdata/*.json")
	if err != nil || len(samples) == 0 {
		f.Fatal("no samples", err)
	}
	for _, path := range samples {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, seed := range []string{
		``, `null`, `[]`, `{}`, `{"visit_uv":[]}`, `{"visit_uv":null}`, `{"visit_uv":{"city":{}}}`, `<html>`, "\x1f\x8b",
		`{"errcode":"61503","errmsg":7}`, `{"errcode":1e3}`, `{"visit_uv":{"city":[null,7,"a",[],{}]}}`,
		`{"visit_uv":{"city":[{"name":"a","value":1},{"name":"a","value":"2.5"},{"name":"b","value":-1}]}}`,
		`{"visit_uv":{"city":[{"name":"\ud800","value":1},{"name":"\ud83d\ude00","value":9007199254740992},{"name":"\ud83d\ude00","value":1}]}}`,
		"{\"visit_uv\":{\"city\":[{\"name\":\"\xff\",\"value\":1},{\"name\":\"\uFFFD\",\"value\":1e2}]}}",
		`{"visit_uv_new":{"platfomrs":[{"name":"a","access_source_visit_uv":1}],"platforms":[]},"ref_date":20170611} `,
		`{"visit_uv":{"city":[{"n\u0061me":"\\\"","value":1 , "id" : [ { } , [ ] ] } ] } }`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		p, err := DecodePortrait(answer)
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || p != nil || e.Reason == "" || e.Code == "" || e.Remedy() == "" || e.Error() == "" || len(e.Message) > 2*maxMessage {
				t.Fatalf("got %v, %#v", p, err)
			}
			return
		}
		for group, rows := range p.Rows {
			if len(rows) == 0 {
				t.Fatalf("%v is empty", group)
			}
			names := make(map[string]bool)
			for _, row := range rows {
				if !utf8.ValidString(row.Name) || row.Name == "" || len(row.Name) > 256 || row.Users < 0 || row.Users > 1<<53 || names[row.Name] {
					t.Fatalf("%v has the row %+v", group, row)
				}
				names[row.Name] = true
			}
		}
		if p.Empty() && p.Rejected > 0 {
			t.Fatalf("an empty portrait with %d rejected rows", p.Rejected)
		}
	})
}
