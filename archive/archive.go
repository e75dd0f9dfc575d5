// Package archive keeps WeChat's answers, which are the only record of days that
// WeChat itself no longer answers for.
package archive

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Archive keeps answers and states in a Bucket. It implements poller.Archive.
type Archive struct {
	Bucket Bucket
	// Demo says that the numbers are made up. They are not kept in an archive of real ones,
	// and the other way round.
	Demo bool
	// Notices tells of what is damaged. May be nil.
	Notices *Notices
}

// List returns the keys of all answers of an app to a statistic about windows that end on a day or
// later. Objects with other names are ignored, and so are answers whose names say that they came,
// or what they are about was, more than a day from now or before there were Mini Programs.
func (a Archive) List(ctx context.Context, appid string, statistic wechat.Statistic, from wechat.Day) ([]poller.AnswerKey, error) {
	names, err := a.Bucket.List(ctx, path.Join(appid, statistic.Series()), justBefore(from))
	if err != nil {
		return nil, fmt.Errorf("list archived answers: %w", err)
	}
	var keys []poller.AnswerKey
	for _, name := range names {
		if key, ok := parseAnswerName(name, statistic); ok {
			keys = append(keys, key)
		}
	}
	keys, ignored := plausible(statistic.Series(), keys, time.Now())
	if ignored != nil {
		a.Notices.once(appid, "times", ignored)
	}
	return keys, nil
}

// Answer returns an answer as WeChat sent it. The error is poller.ErrDamaged when there is no
// such object, or when it is not a whole answer.
func (a Archive) Answer(ctx context.Context, appid string, key poller.AnswerKey) ([]byte, error) {
	name := answerKey(appid, key, packed)
	object, err := a.Bucket.Get(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		name = answerKey(appid, key, plain)
		if object, err = a.Bucket.Get(ctx, name); err == nil {
			return object, nil
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrUnusable):
		return nil, fmt.Errorf("%w: %s: %w", poller.ErrDamaged, name, err)
	case err != nil:
		return nil, fmt.Errorf("read archived answer: %w", err)
	}
	answer, err := unpack(object)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", poller.ErrDamaged, name, err)
	}
	return answer, nil
}

// Pack compresses an answer.
func (a Archive) Pack(requested time.Time, answer []byte) ([]byte, error) {
	var object bytes.Buffer
	writer := gzip.NewWriter(&object)
	writer.Comment = "requested " + requested.UTC().Format(time.RFC3339Nano)
	_, writeErr := writer.Write(answer)
	if err := errors.Join(writeErr, writer.Close()); err != nil {
		return nil, fmt.Errorf("compress answer: %w", err)
	}
	return object.Bytes(), nil
}

// unpack returns the answer in an object.
func unpack(object []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(object))
	if err != nil {
		return nil, err
	}
	unpacked := bytes.NewBuffer(make([]byte, 0, unpackedSize(object)+bytes.MinRead))
	if _, err := unpacked.ReadFrom(io.LimitReader(reader, wechat.MaxAnswer+1)); err != nil {
		return nil, err
	}
	answer := unpacked.Bytes()
	if len(answer) > wechat.MaxAnswer {
		return nil, errors.New("it is larger than 8 MiB")
	}
	return answer, reader.Close()
}

// unpackedSize returns the size that the last bytes of a gzip file tell, or less when it
// cannot be true. It spares copying.
func unpackedSize(object []byte) int {
	const trailer = 4
	if len(object) < trailer {
		return 0
	}
	return int(min(binary.LittleEndian.Uint32(object[len(object)-trailer:]), wechat.MaxAnswer))
}

// Unpack returns the answer that Pack has compressed.
func (a Archive) Unpack(object []byte) ([]byte, error) { return unpack(object) }

// SaveAnswer adds an answer.
func (a Archive) SaveAnswer(ctx context.Context, appid string, key poller.AnswerKey, object []byte) error {
	if err := a.Bucket.Put(ctx, answerKey(appid, key, packed), object); err != nil {
		return fmt.Errorf("archive an answer: %w", err)
	}
	return nil
}

// State returns the last saved state of an app. It is the zero State when there is none
// or when it is damaged.
func (a Archive) State(ctx context.Context, appid string) (poller.State, error) {
	content, err := a.Bucket.Get(ctx, stateKey(appid))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return poller.State{}, nil
	case err != nil && !errors.Is(err, ErrUnusable):
		return poller.State{}, fmt.Errorf("read archived state: %w", err)
	}
	var state poller.State
	if err == nil {
		err = json.Unmarshal(content, &state)
	}
	if err != nil {
		a.Notices.once(appid, "state", fmt.Errorf("%s is damaged; it is rebuilt from the answers: %w", stateKey(appid), err))
		return poller.State{}, nil
	}
	return state, nil
}

// SaveState replaces the state of an app.
func (a Archive) SaveState(ctx context.Context, appid string, state poller.State) error {
	content, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return fmt.Errorf("encode state: %w", err)
	}
	if err := a.Bucket.Put(ctx, stateKey(appid), append(content, '\n')); err != nil {
		return fmt.Errorf("archive the state: %w", err)
	}
	return nil
}
