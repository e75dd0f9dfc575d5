#!/usr/bin/env bash
# Prometheus 3.16.0: a query has one span of time, from the oldest to the newest moment of all of its
# selectors, and each selector looks for its series in every block of that span, also in blocks that hold
# nothing of the time that it reads itself. So one `offset` anywhere makes all the others slower. Of ten
# blocks of a day with the same 2,000 series, two instant queries in the last of them:
#
#   blocks that are in the span of sum(users): 1
#   blocks that are in the span of sum(users) + 0 * one offset 8d: 9
#   the second allocates at least 3 times as often: true
#
# `one` is a single series. Who compares with last week pays for the week between.
source "$(dirname "$0")/common.sh"
mkdir span
cat >span/main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

const day = 24 * time.Hour

func main() {
	folder, quiet := os.Args[1], slog.New(slog.DiscardHandler)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10 {
		writer := must(tsdb.NewBlockWriter(quiet, folder, day.Milliseconds()))
		at := begin.Add(time.Duration(i)*day + 12*time.Hour).UnixMilli()
		appender := writer.Appender(context.Background())
		must(appender.Append(0, labels.FromStrings("__name__", "one"), at, 1))
		for n := range 2000 {
			must(appender.Append(0, labels.FromStrings("__name__", "users", "name", fmt.Sprint(n)), at, 1))
		}
		check(appender.Commit())
		must(writer.Flush(context.Background()))
		check(writer.Close())
	}
	options := tsdb.DefaultOptions()
	options.RetentionDuration = 0
	db := must(tsdb.Open(folder, quiet, nil, options, nil))
	db.DisableCompactions()
	spans := &spans{Queryable: db, blocks: db.Blocks()}
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, Parser: parser.NewParser(parser.Options{})})
	var allocated []uint64
	for _, text := range []string{"sum(users)", "sum(users) + 0 * one offset 8d"} {
		var before, after runtime.MemStats
		for range 3 { // the last one counts
			runtime.ReadMemStats(&before)
			query := must(engine.NewInstantQuery(context.Background(), spans, nil, text, begin.Add(9*day+12*time.Hour)))
			result := query.Exec(context.Background())
			check(result.Err)
			if users := result.Value.(promql.Vector)[0].F; users != 2000 {
				panic(users)
			}
			query.Close()
			runtime.ReadMemStats(&after)
		}
		fmt.Println(spans.overlapping)
		allocated = append(allocated, after.Mallocs-before.Mallocs)
	}
	fmt.Println(allocated[1] >= 3*allocated[0])
}

// spans counts the blocks in the span that a query asks for.
type spans struct {
	storage.Queryable
	blocks      []*tsdb.Block
	overlapping int
}

func (s *spans) Querier(begin, end int64) (storage.Querier, error) {
	s.overlapping = 0
	for _, block := range s.blocks {
		if block.OverlapsClosedInterval(begin, end) {
			s.overlapping++
		}
	}
	return s.Queryable.Querier(begin, end)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
GO
(
  cd span
  go mod init finding
  go get github.com/prometheus/prometheus@v0.316.0
  go mod tidy
) >span.log 2>&1 || { cat span.log >&2; exit 1; }
(cd span && go run . "$folder/data") >asked.log
seen 'blocks that are in the span of sum(users)' "$(sed -n 1p asked.log)" 1
seen 'blocks that are in the span of sum(users) + 0 * one offset 8d' "$(sed -n 2p asked.log)" 9
seen 'the second allocates at least 3 times as often' "$(sed -n 3p asked.log)" true
