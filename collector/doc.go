// Package collector turns WeChat's answers into metrics.
//
// A Poller asks WeChat for the user portraits of each app when the Schedule says
// so, keeps every answer in an Archive and puts an immutable Snapshot per app into
// the Store. A Collector shows the Store to Prometheus. What stands before the
// Store may block and fail; what stands behind it only reads memory, so a scrape
// never causes a call to WeChat.
package collector
