package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// find finds the answers that an earlier process has left, removes what it left half-written, and
// warns of all else.
func (s *Spool) find(warn func(text string)) (err error) {
	root, err := os.OpenRoot(s.folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	foreign, example := 0, ""
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case name == "." || name == spoolLock:
			return err
		case err == nil && entry.IsDir() && mayHold(name):
			return nil
		case err == nil && entry.Type().IsRegular() && unfinished.MatchString(entry.Name()):
			return root.Remove(name)
		case err == nil && s.found(name, entry):
			return nil
		}
		if foreign++; example == "" {
			example = s.file(name)
		}
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the spool: %w", err)
	}
	if foreign > 0 {
		warn(fmt.Sprintf("%s is no answer and is left alone (in all: %s); move it away", example, text.Grouped(int64(foreign))))
	}
	return nil
}

// mayHold reports whether a folder is that of an app, or of a statistic in one.
func mayHold(name string) bool {
	appid, series, deeper := strings.Cut(name, "/")
	if !deeper {
		return wechat.IsAppID(appid)
	}
	_, known := wechat.StatisticOf(series)
	return known
}

// found adds a file if it is an answer.
func (s *Spool) found(name string, entry fs.DirEntry) bool {
	parts := strings.Split(name, "/")
	if len(parts) != 3 || !entry.Type().IsRegular() || !strings.HasSuffix(name, packed) {
		return false
	}
	statistic, _ := wechat.StatisticOf(parts[1])
	key, ok := parseAnswerName(parts[2], statistic)
	info, err := entry.Info()
	if !ok || err != nil || info.Size() == 0 {
		return false
	}
	s.kept[name] = spooled{parts[0], key, info.Size()}
	s.size += info.Size()
	return true
}
