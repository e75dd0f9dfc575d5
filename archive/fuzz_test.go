package archive

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// memory is a Bucket in memory.
type memory map[string][]byte

func (m memory) Put(_ context.Context, key string, content []byte) error {
	m[key] = content
	return nil
}

func (m memory) Get(_ context.Context, key string) ([]byte, error) {
	content, ok := m[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return content, nil
}

func (memory) List(context.Context, string, string) ([]string, error) { return nil, nil }
func (memory) ListFolders(context.Context, string) ([]string, error)  { return nil, nil }

// FuzzState holds that whatever stands in the place of a state is read as a state, if only
// as an empty one, and can be saved again.
func FuzzState(f *testing.F) {
	for _, seed := range []string{
		"", "null", "{}", "[]", `{"windows":null}`, `{"windows":[{}]}`, `{"last_poll":"2026-11-24T10:00:00Z","windows":[{"window":{"end":"20261123","range":7}}]}`,
		`{"series":null}`, `{"series":{"7d":[{"end":"20261123","digest":"ff"}]},"endpoints":{"user_portrait":{"quota":{"limit":-1}}}}`,
		`{"pause":{"until":"2026-11-24T10:00:00Z","reason":"quota"}}`, `{"quota":{"limit":-1}}`, "\x00\xff", `{"last_poll":7}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		kept := Archive{Bucket: memory{}}
		if err := kept.Bucket.Put(t.Context(), stateKey("wx"), content); err != nil {
			t.Fatal(err)
		}
		state, err := kept.State(t.Context(), "wx")
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.SaveState(t.Context(), "wx", state); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.State(t.Context(), "wx"); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzAnswerName holds that what is taken for the name of an answer names this answer, and
// that the answer is found under it.
func FuzzAnswerName(f *testing.F) {
	for _, seed := range []string{
		"20261123_20261124T020304.000000005Z.json.gz", "20261123_20261124T020304.000000005Z.json", "_.json.gz", "20261123.json.gz",
		"20260230_20261124T020304.000000005Z.json", "20261123_20261124T020304.5Z.json", "state.json", ".json",
	} {
		f.Add(seed)
	}
	weeks := wechat.Datasets()[0].Statistics[1]
	f.Fuzz(func(t *testing.T, name string) {
		key, ok := parseAnswerName(name, weeks)
		if !ok {
			return
		}
		extension := packed
		if path.Ext(name) == plain {
			extension = plain
		}
		if got := path.Base(answerKey("wx", key, extension)); got != name {
			t.Errorf("%q names the answer of %q", name, got)
		}
	})
}

var fuzzedKey = poller.AnswerKey{Series: "1d", Window: wechat.Window{Range: wechat.Range1Day}, Answered: time.Unix(0, 0)}

// FuzzAnswer holds that an object is an answer or damaged, and nothing else.
func FuzzAnswer(f *testing.F) {
	packed, err := Archive{}.Pack(fuzzedKey.Answered, []byte("{}"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte("{}"))
	f.Add(packed[:len(packed)-3])
	f.Fuzz(func(t *testing.T, object []byte) {
		kept := Archive{Bucket: memory{}}
		if err := kept.SaveAnswer(t.Context(), "wx", fuzzedKey, object); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.Answer(t.Context(), "wx", fuzzedKey); err != nil && !errors.Is(err, poller.ErrDamaged) {
			t.Error(err)
		}
	})
}
