package wechat

import "regexp"

// IsAppID reports whether a text can be an appid: letters, digits, _ and - only. It is then
// safe as the name of a folder and as a part of a URL.
func IsAppID(text string) bool { return appID.MatchString(text) }

// IsUsualAppID reports whether a text has the form that WeChat's appids have: wx and 16 hex
// digits (reported; no other one is known).
func IsUsualAppID(text string) bool {
	return len(text) == usualAppIDLength && usualAppID.MatchString(text)
}

// ReplaceAppIDs replaces what looks like one of WeChat's appids in a text.
func ReplaceAppIDs(text string, by func(appid string) string) string {
	return usualAppID.ReplaceAllStringFunc(text, by)
}

const usualAppIDLength = 18

var (
	appID      = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	usualAppID = regexp.MustCompile(`wx[0-9A-Fa-f]{16}`)
)
