package arguments

import (
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Folder is the name of a value that is a folder.
const Folder = "DIR"

// text is the value of an argument.
type text struct{ value, is string }

// String returns the value.
func (t *text) String() string { return t.is }

// Set replaces the value.
func (t *text) Set(value string) error {
	t.is = value
	return nil
}

// Type is the name of the value.
func (t *text) Type() string { return t.value }

// list holds the values of an argument that can be repeated.
type list struct {
	value string
	are   []string
}

// String returns an empty text: pflag prints nothing of it.
func (l *list) String() string { return "" }

// Set adds a value.
func (l *list) Set(value string) error {
	l.are = append(l.are, value)
	return nil
}

// Type is the name of a value.
func (l *list) Type() string { return l.value }

// Time parses the value of an argument: a day in Shanghai, which means 00:00 so many days
// later, or a time as in RFC 3339. The zero time is for an empty text.
func (s *Set) Time(name, text string, days int) time.Time {
	if text == "" {
		return time.Time{}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	if day, err := parseDay(text); err == nil {
		return day.Add(days).Begin()
	}
	s.Errorf("--%s: is neither a day nor a time; use a day in Shanghai like 2026-11-24, or a time like 2026-11-24T10:00:00+08:00", name)
	return time.Time{}
}

// Day parses the value of an argument: a day in Shanghai. The zero day is for an empty text.
func (s *Set) Day(name, text string) wechat.Day {
	if text == "" {
		return wechat.Day{}
	}
	day, err := parseDay(text)
	if err != nil {
		s.Errorf("--%s: is not a day; use a day in Shanghai like 2026-11-24", name)
	}
	return day
}

// parseDay parses a day with or without hyphens.
func parseDay(text string) (wechat.Day, error) {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		text = strings.ReplaceAll(text, "-", "")
	}
	return wechat.ParseDay(text)
}

// Duration parses the value of an argument: a number of whole minutes within limits.
func (s *Set) Duration(name, text string, least, most time.Duration) time.Duration {
	duration, err := time.ParseDuration(text)
	switch {
	case text == "": // already told
	case err != nil:
		s.Errorf("--%s: is not a duration; use a value like %s (there is no unit for days)", name, Hours(least))
	case duration < least || duration > most || duration%time.Minute != 0:
		s.Errorf("--%s: is not a number of whole minutes from %s to %s", name, Hours(least), Hours(most))
	}
	return duration
}

// Hours writes a duration as people write it in an argument: as time.Duration.String does,
// but without parts that are zero, so 24h for 24h0m0s.
func Hours(d time.Duration) string {
	text := d.String()
	if d%time.Minute == 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if d%time.Hour == 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// AppIDs checks the values of an argument that names apps.
func (s *Set) AppIDs(name string, appids []string) []string {
	for _, id := range appids {
		if !wechat.IsAppID(id) {
			s.Errorf("--%s: is not an AppID; AppIDs contain letters, digits, _ and - only, usually wx and 16 hex digits", name)
		}
	}
	return appids
}
