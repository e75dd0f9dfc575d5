package archive

import (
	"context"
	"os"
)

// ListFolders returns the names of the folders in a folder.
func (f Folder) ListFolders(_ context.Context, folder string) ([]string, error) {
	entries, err := os.ReadDir(f.file(folder))
	if isMissing(err) {
		return nil, f.check()
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}
