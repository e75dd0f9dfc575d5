package archive

import (
	"context"
	"fmt"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Apps returns the appids of all apps that have something in the archive, sorted.
func (a Archive) Apps(ctx context.Context) ([]string, error) {
	folders, err := a.Bucket.ListFolders(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the apps of the archive: %w", err)
	}
	folders = slices.DeleteFunc(folders, func(name string) bool { return !wechat.IsAppID(name) })
	slices.Sort(folders)
	return folders, nil
}
