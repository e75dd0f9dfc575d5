// Package poller asks WeChat for the user portraits of every app and puts the results
// into a collector.Store.
//
// The Schedule decides when to ask, and the retry policy in retry.go how long to wait
// after a failure. Every answer goes to an Archive before it is shown, and what the
// archive holds is shown again after a restart.
package poller
