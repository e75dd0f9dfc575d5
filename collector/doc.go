// Package collector holds what is shown of every app, and the metrics that show it.
//
// A Store has one immutable Snapshot per app. Whoever asks WeChat puts snapshots in;
// whatever shows them takes their samples out and only reads memory, so a scrape never
// causes a call to WeChat. All outputs read the same samples, so they cannot disagree.
package collector
