package web

import (
	"strconv"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// tile is one number.
type tile struct{ Name, Value, Note string }

// tileOf says which number a tile shows, and how.
type tileOf struct {
	metric string
	name   text.Both
	value  func(float64, text.Language) string
}

func whole(f float64, _ text.Language) string { return text.Grouped(int64(f)) }

func decimal(f float64, _ text.Language) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// dayTiles are the numbers of a day beside its users, with whom the page begins.
func dayTiles() []tileOf {
	return []tileOf{
		{"wxapp_sessions", text.Both{English: "Sessions", Chinese: "打开次数"}, whole},
		{"wxapp_page_views", text.Both{English: "Page views", Chinese: "浏览次数"}, whole},
		{"wxapp_user_stay_average_seconds", text.Both{English: "Time per user", Chinese: "人均停留"}, seconds},
		{"wxapp_session_duration_average_seconds", text.Both{English: "Time per session", Chinese: "次均停留"}, seconds},
		{"wxapp_session_depth_average", text.Both{English: "Pages per session", Chinese: "平均访问深度"}, decimal},
		{"wxapp_shares", text.Both{English: "Shares", Chinese: "分享次数"}, whole},
		{"wxapp_cumulative_users", text.Both{English: "Users so far", Chinese: "累计用户"}, whole},
	}
}

// periodTiles are the numbers of a week or month.
func periodTiles() []tileOf {
	return append([]tileOf{
		{"wxapp_active_users", text.Both{English: "Users", Chinese: "用户"}, whole},
		{"wxapp_new_users", text.Both{English: "New users", Chinese: "新增用户"}, whole},
	}, dayTiles()[:4]...)
}

// tilesOf returns those tiles whose numbers a dataset has.
func tilesOf(d *collector.Dataset, language text.Language, wanted []tileOf) []tile {
	var tiles []tile
	for _, t := range wanted {
		value, ok := figure(d, t.metric)
		if !ok {
			continue
		}
		shown := tile{Name: t.name.In(language), Value: t.value(value, language)}
		if sharing, ok := figure(d, "wxapp_sharing_users"); ok && t.metric == "wxapp_shares" {
			shown.Note = language.Say("by %s users", "%s 人分享", whole(sharing, language))
		}
		tiles = append(tiles, shown)
	}
	return tiles
}
