package config

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/wxapp-exporter/wxapp_exporter/files"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// maxSecretFile is how large a file with an app secret may be, in bytes.
const maxSecretFile = 4 << 10

// file is a file as it was found at the start.
type file struct {
	path         string
	content      []byte
	err          error
	openToOthers bool // every user of the machine can read it
}

// foundFiles are the files of apps by the property that names them.
type foundFiles map[*property]file

func readFile(path string, limit int64) file {
	content, err := files.Read(path, limit)
	f := file{path: path, content: content, err: err}
	if err == nil {
		info, err := os.Stat(path)
		// Windows has no such permissions, and Go makes some up.
		f.openToOthers = err == nil && info.Mode()&0o004 != 0 && runtime.GOOS != "windows"
	}
	return f
}

// readFiles reads the files that apps name, all at the same time: on a network mount that
// does not answer, every file costs the whole deadline of files.Read. Relative paths
// start from the folder.
func readFiles(folder string, apps ...properties) foundFiles {
	var (
		all     = foundFiles{}
		mu      sync.Mutex
		reading sync.WaitGroup
	)
	for _, app := range apps {
		for _, source := range app.sources {
			if !source.kind.isFile() || source.text == "" {
				continue
			}
			reading.Go(func() {
				f := readFile(join(folder, source.text.Reveal()), source.kind.limit)
				mu.Lock()
				defer mu.Unlock()
				all[source.property] = f
			})
		}
	}
	reading.Wait()
	return all
}

// ReadSecretFile returns the app secret that a file holds, without the white space around
// it. The error names the file and never shows its content.
func ReadSecretFile(path string) (wechat.Secret, error) {
	content, err := files.Read(path, maxSecretFile)
	return secretIn(file{path: path, content: content, err: err})
}

func secretIn(f file) (wechat.Secret, error) {
	if f.err != nil {
		return "", fmt.Errorf("%s %s; use a readable file that holds the secret", shown(f.path), unreadable(f.err))
	}
	secret := strings.TrimSpace(strings.TrimPrefix(string(f.content), "\ufeff"))
	if secret == "" {
		return "", errors.New(shown(f.path) + " is empty; write the secret into it")
	}
	if !isMadeOf(secret, isSecretRune) {
		return "", errors.New(shown(f.path) + " contains more than one word of printable ASCII; write only the secret into it")
	}
	if isQuoted(secret) {
		return "", errors.New(shown(f.path) + " holds the secret in quotation marks; remove them")
	}
	return wechat.Secret(secret), nil
}
