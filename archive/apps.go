package archive

import (
	"context"
	"fmt"
	"regexp"
	"slices"
)

// appFolder matches the names of the folders of apps.
var appFolder = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Apps returns the appids of all apps that have something in the archive, sorted.
func (a Archive) Apps(ctx context.Context) ([]string, error) {
	folders, err := a.Bucket.ListFolders(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the apps of the archive: %w", err)
	}
	folders = slices.DeleteFunc(folders, func(name string) bool { return !appFolder.MatchString(name) })
	slices.Sort(folders)
	return folders, nil
}
