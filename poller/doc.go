// Package poller asks WeChat for the user portraits of every app and puts what it
// knows of them into a collector.Store.
//
// When to ask is decided by the Schedule, how long to wait after a failure by the retry
// policy in retry.go. Every answer is kept in an Archive before it is shown, and what
// the archive holds is shown again after a restart.
package poller
