package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/files"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// manifestName is the file in a folder of slices that says how they were made.
const manifestName = "wxapp-export.json"

// manifest is what is known of the slices in a folder.
type manifest struct {
	// MadeWith are the arguments and settings that decide what is in a slice.
	MadeWith []madeWith `json:"made_with"`
	// Answers tell by the name of a slice which answers concern it: a digest of their keys.
	Answers map[string]string `json:"answers"`
}

// madeWith is an argument or a setting and its value.
type madeWith struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// labelsName is the argument whose value may be private.
const labelsName = "--label"

// madeWith returns the arguments and settings of the export.
func (e *Export) madeWith(slice time.Duration, chosen []string) []madeWith {
	var labels, datasets, limits []string
	for _, label := range e.Labels {
		labels = append(labels, label.Name+"="+label.Value)
	}
	for _, dataset := range e.Datasets {
		datasets = append(datasets, dataset.Name)
	}
	for dimension, limit := range e.Top {
		limits = append(limits, fmt.Sprintf("%s:%d", dimension, limit))
	}
	return []madeWith{
		{"--slice", arguments.Hours(slice)},
		{"--every", arguments.Hours(e.Every)},
		{labelsName, inOrder(labels)},
		{"--app", e.appsOr(chosen)},
		{"datasets", strings.Join(datasets, ",")},
		{"ranges", joined(wechat.Ranges(e.Datasets))},
		{"dimensions", joined(e.Dimensions)},
		{"limits of dimensions", inOrder(limits)},
		{"age at which numbers are withdrawn", arguments.Hours(e.MaxAge)},
		{"locations", fmt.Sprint(e.Locations)},
	}
}

// appsOr returns the chosen apps, or which shard's apps they are.
func (e *Export) appsOr(chosen []string) string {
	if len(chosen) == 0 && e.Shard.Divided() {
		return "shard " + e.Shard.String()
	}
	return inOrder(chosen)
}

func inOrder(list []string) string {
	return strings.Join(slices.Sorted(slices.Values(list)), ",")
}

func joined[T any](list []T) string {
	var texts []string
	for _, item := range list {
		texts = append(texts, fmt.Sprint(item))
	}
	return strings.Join(texts, ",")
}

// difference says in words what is different now. It is empty if nothing is.
func (m manifest) difference(now []madeWith) string {
	var different []string
	for _, is := range now {
		was := "unknown"
		if i := slices.IndexFunc(m.MadeWith, func(w madeWith) bool { return w.Name == is.Name }); i >= 0 {
			was = m.MadeWith[i].Value
		}
		switch {
		case was == is.Value:
		case is.Name == labelsName:
			different = append(different, is.Name)
		default:
			different = append(different, fmt.Sprintf("%s, which was %q and is now %q", is.Name, was, is.Value))
		}
	}
	return strings.Join(different, "; ")
}

// readManifest returns what a folder says of its slices: of a folder without any nothing is known.
func readManifest(folder string) (m manifest, known bool) {
	content, err := files.Read(filepath.Join(folder, manifestName), maxManifest)
	if err != nil || json.Unmarshal(content, &m) != nil || m.MadeWith == nil {
		return manifest{Answers: map[string]string{}}, false
	}
	if m.Answers == nil {
		m.Answers = map[string]string{}
	}
	return m, true
}

// maxManifest bounds the manifest, in bytes: a century of hours has less.
const maxManifest = 64 << 20

func (m manifest) write(folder string) error {
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return files.Write(filepath.Join(folder, manifestName), append(content, '\n'), 0o644) // see WriteFiles
}

// slicesIn returns the names of the slices in a folder.
func slicesIn(folder string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "wxapp-*"+extension))
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names, err
}

// digest returns a text that is another one when other answers concern a slice. It is empty when
// none does, so that there are no samples.
func (e *Export) digest(slice Span) string {
	hash, concerned := sha256.New(), false
	for _, app := range e.apps {
		for _, t := range app.tracks {
			for _, a := range t.relevant(reaching(slice), e.MaxAge) {
				concerned = true
				_, _ = fmt.Fprintln(hash, app.ID, a.Series, a.Window, a.Answered.UnixNano())
			}
		}
	}
	if !concerned {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// isThere reports whether a file exists.
func isThere(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
