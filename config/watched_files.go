package config

import (
	"crypto/sha256"
	"maps"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

// Files are files by their path, as they were when they were read: a digest of each
// content, or of why it could not be read.
type Files map[string]digest

type digest struct {
	limit int64 // the most bytes that are read
	sum   [sha256.Size]byte
}

// digestOf returns the digest of a file. Its size and time say nothing of its content:
// tools that put back files put back their times, too.
func digestOf(content []byte, err error, limit int64) digest {
	if err != nil {
		return digest{limit, sha256.Sum256([]byte("cannot be read: " + reason(err)))}
	}
	return digest{limit, sha256.Sum256(content)}
}

// add adds a file that was read up to a limit.
func (f Files) add(read file, limit int64) {
	f[read.path] = digestOf(read.content, read.err, limit)
}

// addSecrets adds the secret files of apps.
func (f Files) addSecrets(read foundFiles, apps ...properties) {
	for _, app := range apps {
		for _, source := range app.sources {
			if content, ok := read[source.property]; ok && source.kind.watched {
				f.add(content, source.kind.limit)
			}
		}
	}
}

// ReadAgain reads the files again, one after the other. It may take as long as the file
// system takes to answer.
func (f Files) ReadAgain() Files {
	now := Files{}
	for path, before := range f {
		content, err := files.ReadUntimed(path, before.limit)
		now[path] = digestOf(content, err, before.limit)
	}
	return now
}

// Keep adds the file of a path as another reading has it, if that has it.
func (f Files) Keep(other Files, path string) {
	if kept, ok := other[path]; ok {
		f[path] = kept
	}
}

// Equal reports whether both hold the same files with the same contents.
func (f Files) Equal(other Files) bool { return maps.Equal(f, other) }

// Same reports whether both hold the file of a path with the same content.
func (f Files) Same(other Files, path string) bool { return f[path] == other[path] }
