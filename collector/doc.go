// Package collector holds what is shown of every app, and the metrics of it.
//
// A Store has one immutable Snapshot per app. The poller puts snapshots in. The outputs
// take samples out and only read memory, so a scrape never causes a call to WeChat. All
// outputs read the same samples, so they cannot disagree.
package collector
