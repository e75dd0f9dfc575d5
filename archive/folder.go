// Package archive keeps WeChat's answers, which are the only record of days that
// WeChat itself no longer answers for.
package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// answeredLayout is the form of times in file names: UTC, to the nanosecond, and free
// of characters that a file system may refuse.
const answeredLayout = "20060102T150405.000000000Z"

// Folder is an archive in a folder of the file system:
//
//	APPID/state.json                    what the poller knows
//	APPID/RANGE/END_ANSWERED.json       an answer as WeChat sent it
//
// where END is the last day of the window and ANSWERED the time in UTC at which the
// answer came. Every file is written aside and then renamed, so that a file is whole
// or absent. It implements collector.Archive.
type Folder struct {
	// Path is the folder. It is made when it is missing.
	Path string
}

// Check returns an error when the folder cannot be written.
func (f Folder) Check() error {
	if err := os.MkdirAll(f.Path, 0o750); err != nil {
		return fmt.Errorf("make archive folder: %w", err)
	}
	probe, err := os.CreateTemp(f.Path, ".check-*")
	if err != nil {
		return fmt.Errorf("write to archive folder: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// State returns the state of an app that was saved last, or the zero State. When it
// is lost or damaged it is pieced together from the names of the answers.
func (f Folder) State(_ context.Context, appid string) (collector.State, error) {
	content, err := os.ReadFile(f.statePath(appid))
	if err == nil {
		var state collector.State
		if json.Unmarshal(content, &state) == nil {
			return state, nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return collector.State{}, fmt.Errorf("read archived state: %w", err)
	}
	return f.stateFromAnswers(appid)
}

// stateFromAnswers makes a state that holds the newest answer for every window.
func (f Folder) stateFromAnswers(appid string) (collector.State, error) {
	newest := map[wechat.Window]time.Time{}
	var state collector.State
	for _, length := range wechat.Ranges() {
		entries, err := os.ReadDir(filepath.Join(f.Path, appid, length.String()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return collector.State{}, fmt.Errorf("list archived answers: %w", err)
		}
		for _, entry := range entries {
			end, answered, ok := parseAnswerName(entry.Name())
			if w := (wechat.Window{End: end, Range: length}); ok && answered.After(newest[w]) {
				newest[w] = answered
			}
		}
	}
	for w, answered := range newest {
		state.Readings = append(state.Readings, collector.Reading{
			Window: w, Asked: answered, Outcome: collector.OutcomeData, Answered: answered, Confirmed: answered,
		})
		if answered.After(state.LastSuccess) {
			state.LastPoll, state.LastSuccess = answered, answered
		}
	}
	return state, nil
}

// SaveState replaces the state of an app.
func (f Folder) SaveState(_ context.Context, appid string, state collector.State) error {
	content, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return fmt.Errorf("encode state: %w", err)
	}
	return write(f.statePath(appid), append(content, '\n'))
}

// Answer returns the answer for a window that came at a time.
func (f Folder) Answer(_ context.Context, appid string, w wechat.Window, answered time.Time) ([]byte, error) {
	answer, err := os.ReadFile(f.answerPath(appid, w, answered))
	if err != nil {
		return nil, fmt.Errorf("read archived answer: %w", err)
	}
	return answer, nil
}

// SaveAnswer adds an answer.
func (f Folder) SaveAnswer(_ context.Context, appid string, w wechat.Window, answered time.Time, answer []byte) error {
	return write(f.answerPath(appid, w, answered), answer)
}

func (f Folder) statePath(appid string) string {
	return filepath.Join(f.Path, appid, "state.json")
}

func (f Folder) answerPath(appid string, w wechat.Window, answered time.Time) string {
	name := w.End.String() + "_" + answered.UTC().Format(answeredLayout) + ".json"
	return filepath.Join(f.Path, appid, w.Range.String(), name)
}

func parseAnswerName(name string) (end wechat.Day, answered time.Time, ok bool) {
	name, isAnswer := strings.CutSuffix(name, ".json")
	day, moment, _ := strings.Cut(name, "_")
	end, dayErr := wechat.ParseDay(day)
	answered, timeErr := time.Parse(answeredLayout, moment)
	return end, answered, isAnswer && dayErr == nil && timeErr == nil
}

// write writes a file so that after a crash it has the old content or the new one.
func write(path string, content []byte) (err error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("make archive folder: %w", err)
	}
	file, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return fmt.Errorf("write to archive: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, writeErr := file.Write(content)
	if err := errors.Join(writeErr, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write to archive: %w", err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("write to archive: %w", err)
	}
	return syncFolder(folder)
}

// syncFolder makes a rename in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("write to archive: %w", err)
	}
	err = folder.Sync()
	if closeErr := folder.Close(); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	if err != nil {
		return fmt.Errorf("write to archive: %w", err)
	}
	return nil
}
