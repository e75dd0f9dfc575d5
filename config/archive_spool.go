package config

import (
	"path/filepath"
	"strings"
)

// parseSpool takes the folder of the spool, which has to lie apart from the folder of the archive:
// neither may take the files of the other for its own.
func parseSpool(p position, folder string, archive Archive) string {
	switch {
	case folder == "":
		return ""
	case isQuoted(folder):
		p.errorf("%s", inQuotes)
	case archive.None() && p.problems.mistaken(archiveSetting):
		return ""
	case archive.None():
		p.warnf("does nothing, because there is no archive; set %s or %s", archiveSetting, archiveConfigSetting)
		return ""
	case archive.Folder != "" && (isWithin(folder, archive.Folder) || isWithin(archive.Folder, folder)):
		p.errorf("must not be the folder of the archive, nor in it or around it; set it to another folder, on a disk of this machine")
	}
	return folder
}

// isWithin reports whether a folder is another one or lies in it. Neither has to exist.
func isWithin(folder, other string) bool {
	path, err := filepath.Rel(realPath(other), realPath(folder))
	return err == nil && path != ".." && !strings.HasPrefix(path, ".."+string(filepath.Separator))
}

// realPath returns the absolute path of a folder without the links in it, as far as it exists.
func realPath(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	for existing, missing := absolute, ""; ; existing, missing = filepath.Dir(existing), filepath.Join(filepath.Base(existing), missing) {
		if found, err := filepath.EvalSymlinks(existing); err == nil {
			return filepath.Join(found, missing)
		}
		if existing == filepath.Dir(existing) {
			return absolute
		}
	}
}
