package wechattest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong with calls. It hits every call of every app
// until the faults are cleared, unless For, On and Times narrow it.
type Fault struct {
	appid, endpoint string
	times           int // 0: no end

	delay   time.Duration // before the answer
	hang    bool          // no answer until the caller gives up
	hangUp  bool          // no answer
	cut     bool          // half an answer
	instead func(*request) answer
	alter   func(body []byte) []byte
	shape   shape
}

// shape is how a portrait or report differs from a good one.
type shape int

const (
	good shape = iota
	empty
	doubled
	unusable
	misspelled
)

// Fail scripts a fault. Of several that fit a call, the one scripted first hits.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// For limits the fault to calls of one app.
func (f Fault) For(appid string) Fault {
	f.appid = appid
	return f
}

// On limits the fault to calls of one endpoint, as Call names them. It panics on another
// name, because such a fault would never hit.
func (f Fault) On(endpoint string) Fault {
	for _, e := range endpoints() {
		if e.name == endpoint {
			f.endpoint = endpoint
			return f
		}
	}
	panic(fmt.Sprintf("wechattest: no endpoint is called %q", endpoint))
}

// Times limits the fault to the next n calls.
func (f Fault) Times(n int) Fault {
	f.times = n
	return f
}

// nextFault returns the fault that hits a call, by default none.
func (s *Server) nextFault(call *Call) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.appid != "" && f.appid != call.AppID || f.endpoint != "" && f.endpoint != call.Endpoint {
			continue
		}
		if f.times > 0 {
			if f.times--; f.times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return *f
	}
	return Fault{}
}

// Errcode answers with an errcode and an errmsg in WeChat's words.
func Errcode(code int) Fault {
	return Fault{instead: func(r *request) answer { return r.failure(code) }}
}

// Ret answers questions about the income of ads with a ret that is not 0, as WeChat does there.
// Errcode answers them with an errcode, as WeChat may for a wrong token.
func Ret(ret int) Fault {
	return Fault{instead: func(*request) answer { return refusal(ret) }}.On("ad_income")
}

// HTTPStatus answers with an HTTP status and an HTML page.
func HTTPStatus(status int) Fault {
	return Fault{instead: func(*request) answer { return page(status) }}
}

// Body answers with a body of your own, HTTP 200 and WeChat's content type.
func Body(body string) Fault {
	return Fault{instead: func(*request) answer {
		return answer{contentType: jsonType, body: []byte(body), code: "body"}
	}}
}

// HTML answers with HTTP 200 and an HTML page, as a captive portal does.
func HTML() Fault {
	return Fault{instead: func(*request) answer {
		return answer{
			contentType: "text/html; charset=utf-8",
			body:        []byte("<!DOCTYPE html><html><head><title>登录</title></head><body>请登录</body></html>"),
			code:        "body",
		}
	}}
}

// Garbage answers with bytes that are neither JSON nor text.
func Garbage() Fault {
	return Body("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xfe\x00\x01\x80\x81\xc3\x28")
}

// Retention answers portraits in the shape of the retention endpoints, where
// visit_uv is an array (documented of these).
func Retention() Fault {
	return Body(`{"ref_date":"20170313","visit_uv_new":[{"key":0,"value":5464}],"visit_uv":[{"key":0,"value":55500}]}`).
		On("user_portrait")
}

// Empty answers portraits without rows, as if the day were not published. With On, it
// does so for another statistic, ads included.
func Empty() Fault { return Fault{shape: empty}.On("user_portrait") }

// DuplicateRows splits every row of a portrait in two with the same name. The
// values add up to the one that they stand for. With On, it does so with the rows by key
// of another statistic.
func DuplicateRows() Fault { return Fault{shape: doubled}.On("user_portrait") }

// UnusableRows adds rows to every list of a portrait that is not empty: thirteen that
// no client can use, and 字串 with the value "17" as a string and 浮点 with 12.0. With On,
// it adds four that no client can use to the lists of another statistic.
func UnusableRows() Fault { return Fault{shape: unusable}.On("user_portrait") }

// unusableRows are what UnusableRows adds: the last two can be used.
var unusableRows = `{"id":901,"value":5},` + // no name
	`{"id":902,"name":"","value":5},` +
	`{"id":903,"name":7,"value":5},` +
	`{"id":904,"name":"` + strings.Repeat("长", 100) + `","value":5},` + // 300 bytes
	"{\"id\":905,\"name\":\"坏\xff\xfe\",\"value\":5}," +
	`{"id":906,"name":"非数","value":"NaN"},` +
	`{"id":907,"name":"负数","value":-3},` +
	`{"id":908,"name":"空值","value":null},` +
	`{"id":909,"name":"缺值"},` +
	`{"id":910,"name":"对象","value":{"n":1}},` +
	`{"id":911,"name":"巨大","value":1e300},` +
	`null,` +
	`7,` +
	`{"id":"914","name":"字串","value":"17"},` +
	`{"id":915.0,"name":"浮点","value":12.0}`

// Misspelled answers portraits with the wrong keys of older documentation: platfomrs
// for platforms and access_source_visit_uv for value.
func Misspelled() Fault { return Fault{shape: misspelled}.On("user_portrait") }

// Huge answers with more than 8 MiB of JSON, correct otherwise.
func Huge() Fault {
	return Fault{alter: func(body []byte) []byte {
		const padding = 8 << 20
		padded := bytes.Repeat([]byte(" "), padding+len(body))
		copy(padded[padding:], body)
		return padded
	}}
}

// NearlyJSON answers as usual, but with what JSON may not have: a byte order mark, control
// characters in a string, NaN, a comma before every bracket that closes, and NULs at the end.
func NearlyJSON() Fault {
	return Fault{alter: func(body []byte) []byte {
		text := strings.NewReplacer("]", ",]", "}", ",}").Replace(string(body))
		return []byte("\xef\xbb\xbf{\"note\":\"a\tb\x00\",\"number\":NaN," + strings.TrimPrefix(text, "{") + "\x00\x00")
	}}
}

// CutBody ends the connection in the middle of the answer.
func CutBody() Fault { return Fault{cut: true} }

// HangUp ends the connection before any answer.
func HangUp() Fault { return Fault{hangUp: true} }

// Hang leaves the caller without an answer until it gives up.
func Hang() Fault { return Fault{hang: true} }

// Delay answers as usual, but later by d.
func Delay(d time.Duration) Fault { return Fault{delay: d} }
