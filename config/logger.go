package config

import (
	"io"
	"log/slog"
)

// NewLogger returns a logger that writes lines of JSON, or of logfmt for every other
// format, with times in UTC to the millisecond.
func NewLogger(w io.Writer, format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, attribute slog.Attr) slog.Attr {
			if len(groups) == 0 && attribute.Key == slog.TimeKey && attribute.Value.Kind() == slog.KindTime {
				attribute.Value = slog.StringValue(attribute.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z07:00"))
			}
			return attribute
		},
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
