// Package wechattest simulates the statistics API of WeChat Mini Programs, as
// net/http/httptest does it for HTTP: a [Server] is an http.Handler that speaks
// WeChat's JSON, and an http.RoundTripper for callers that want no socket.
//
//	wechat := &wechattest.Server{}
//	server := httptest.NewServer(wechat) // or: http.Client{Transport: wechat}
//	wechat.Fail(wechattest.Errcode(40164).On("token").Times(2))
//
// Its numbers look like those of real Mini Programs and depend on nothing but the
// appid and the day, so that two servers, or one today and tomorrow, agree.
//
// The package shares no code with a client of the API: a wrong key, date or unit
// in the client must not find the same mistake here.
package wechattest
