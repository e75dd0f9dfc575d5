package config

import (
	"fmt"
	"log/slog"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// parseChoice takes one of a few words.
func parseChoice[T ~string](p position, text T, words ...T) T {
	if !slices.Contains(words, text) {
		p.errorf("%s is unknown; set it to %s", shown(string(text)), or(words))
	}
	return text
}

// parseBool takes true or false.
func parseBool(p position, text string) bool {
	return parseChoice(p, text, "true", "false") == "true"
}

// parseList takes a comma-separated list of some of the known values. The word all stands for them
// but those that have to be named. The result is in the order of the known ones.
func parseList[T comparable](p position, text string, known []T, named ...T) []T {
	names := make([]string, len(known))
	for i, value := range known {
		names[i] = fmt.Sprint(value)
	}
	count := map[string]int{}
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		count[item]++
		switch {
		case item == "":
			p.errorf("has an empty item; use a list like %s", strings.Join(names[:2], ","))
		case item != "all" && !slices.Contains(names, item):
			p.errorf("%s is unknown; use %s", shown(item), or(append(names, "all")))
		case count[item] == 2:
			p.errorf("%s is listed twice; list it once", item)
		}
	}
	return slices.DeleteFunc(slices.Clone(known), func(value T) bool {
		return count[fmt.Sprint(value)] == 0 && (count["all"] == 0 || slices.Contains(named, value))
	})
}

// parseTop takes limits of dimensions and of the pages, as in city:100,device:20. What is
// not listed keeps its default, and 0 lifts its limit. An empty text lifts all limits.
func parseTop(p position, text, byDefault string) map[wechat.Dimension]int {
	if text == "" {
		return map[wechat.Dimension]int{}
	}
	top := parseLimits(p, byDefault)
	for dimension, limit := range parseLimits(p, text) {
		if top[dimension] = limit; limit == 0 {
			delete(top, dimension)
		}
	}
	return top
}

func parseLimits(p position, text string) map[wechat.Dimension]int {
	limits, limited := map[wechat.Dimension]int{}, append(wechat.Dimensions(), wechat.Page)
	for item := range strings.SplitSeq(text, ",") {
		name, number, ok := strings.Cut(item, ":")
		dimension := wechat.Dimension(strings.TrimSpace(name))
		number = strings.TrimSpace(number)
		limit, err := strconv.Atoi(number)
		_, twice := limits[dimension]
		switch {
		case !ok:
			p.errorf("%s is not of the form dimension:N; use a list like city:100,device:20", shown(strings.TrimSpace(item)))
		case !slices.Contains(limited, dimension):
			p.errorf("%s is unknown; limits are for %s", shown(string(dimension)), and(limited))
		case twice:
			p.errorf("%s is listed twice; list it once", dimension)
		case err != nil || limit < 0:
			p.errorf("%s is not a limit for %s; use a whole number, or 0 for no limit", shown(number), dimension)
		}
		limits[dimension] = limit
	}
	return limits
}

// parseDuration takes any positive duration in Go's syntax.
func parseDuration(p position, text string) time.Duration {
	duration, err := time.ParseDuration(text)
	switch {
	case err != nil:
		p.errorf("%s is not a duration; use a value like 45s, 30m or 168h (there is no unit for days)", shown(text))
	case duration <= 0:
		p.errorf("%s is not positive; use a value like 45s, 30m or 168h", shown(text))
	}
	return duration
}

// parsePollInterval allows short intervals, which tests and demos need.
func parsePollInterval(p position, text string) time.Duration {
	interval := parseDuration(p, text)
	if interval > 0 && interval < time.Minute {
		p.warnf("%s is very short and may use up the API quota; 30m is enough, because WeChat publishes once a day", text)
	}
	return interval
}

// parseStopTimeout takes what leaves time to stop cleanly and is still a stop.
func parseStopTimeout(p position, text string) time.Duration {
	const remedy = "use a value from 1s to 10m, less than what the service manager waits before it kills"
	timeout := parseDuration(p, text)
	switch {
	case timeout > 0 && timeout < time.Second:
		p.errorf("%s is too short to stop cleanly; %s", text, remedy)
	case timeout > 10*time.Minute:
		p.errorf("%s is too long; %s", text, remedy)
	}
	return timeout
}

// parsePublishHour takes an hour up to 17: an empty answer for the day before yesterday is
// accepted six hours later, and that must still be the same day.
func parsePublishHour(p position, text string) int {
	hour, err := strconv.Atoi(text)
	if err != nil || hour < 0 || hour > 17 {
		p.errorf("%s is not valid; use a whole number from 0 to 17 (hour in Asia/Shanghai)", shown(text))
	}
	return hour
}

// parseReplicas takes a number of processes.
func parseReplicas(p position, text string) int {
	replicas, err := strconv.Atoi(text)
	if err != nil || replicas < 1 || replicas > 100 {
		p.errorf("%s is not a number of processes; use a whole number from 1 to 100, 1 for a single exporter", shown(text))
	}
	return replicas
}

// pathCharacters are those that need no escape in a URL and have no meaning to
// http.ServeMux.
var pathCharacters = regexp.MustCompile(`^[A-Za-z0-9._~/-]*$`)

func parseTelemetryPath(p position, text string) string {
	const remedy = "use a path like /metrics"
	switch {
	case !strings.HasPrefix(text, "/"):
		p.errorf("%s does not begin with a slash; %s", shown(text), remedy)
	case text == "/":
		p.errorf("%q is the path of the status page; %s", text, remedy)
	case text == "/sd" || text == "/-" || strings.HasPrefix(text, "/-/") || strings.HasPrefix(text, "/gazetteer/"):
		p.errorf("%s is used by the exporter itself; %s", shown(text), remedy)
	case strings.ContainsAny(text, "?#"):
		p.errorf("%s contains a query or fragment; %s", shown(text), remedy)
	case !pathCharacters.MatchString(text) || path.Clean(text) != text:
		p.errorf("%s is not a plain path (letters, digits and . _ ~ - between single slashes); %s", shown(text), remedy)
	}
	return text
}

func parseLogLevel(p position, text string) slog.Level {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug,
		"info":  slog.LevelInfo,
		"warn":  slog.LevelWarn,
		"error": slog.LevelError,
	}
	return levels[parseChoice(p, text, "debug", "info", "warn", "error")]
}
