// Package wechat is a client for the statistics API of WeChat Mini Programs.
//
// It asks for the user portrait of a window of days and for the API quota, and
// it obtains the access tokens that these calls need. It knows nothing of
// metrics, keeps no history, logs nothing and needs the standard library only.
//
// Facts about WeChat in the comments are marked as documented (by WeChat),
// reported (from live use) or inferred.
package wechat
