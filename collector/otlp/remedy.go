package otlp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// Remedy says what to do when Check has returned an error.
func Remedy(err error) text.Both {
	if failed, ok := errors.AsType[*checkError](err); ok {
		err = failed.cause
	}
	remedy := text.Both{
		English: "check that the receiver is running and accepts this protocol at this endpoint, " +
			"and that the headers contain the credentials that it expects",
		Chinese: "检查接收端是否在运行，是否在该地址接受此协议，以及 HTTP 头中的凭据是否正确",
	}
	for _, row := range remedies() {
		if row.holds(err) {
			remedy = row.remedy
			break
		}
	}
	if refused, ok := errors.AsType[statusError](err); ok && refused.said != "" {
		remedy.English += fmt.Sprintf("; the receiver says %q", refused.said)
		remedy.Chinese += "；接收端的说明：" + strconv.Quote(refused.said)
	}
	return remedy
}

// failureKind is a kind of failures and what to do about it.
type failureKind struct {
	holds  func(error) bool
	remedy text.Both
}

// remedies returns the kinds of failures that have a remedy of their own. The first that holds
// counts.
func remedies() []failureKind {
	return []failureKind{
		{says("connection refused", "actively refused"), text.Both{
			English: "start the receiver, or correct host and port of the endpoint: nothing listens there",
			Chinese: "启动接收端，或更正端点的地址和端口：该端口没有程序在监听",
		}},
		{says("does not look like a TLS handshake", "HTTP response to HTTPS client"), text.Both{
			English: "the port answers without TLS: correct the port of the endpoint, or write http:// instead of https://",
			Chinese: "该端口未使用 TLS：更正端点的端口，或将 https:// 改为 http://",
		}},
		{says("x509:", "certificate"), text.Both{
			English: "check this machine's clock, and the receiver's certificate: its authority has to be trusted by this machine or be set as that of the push",
			Chinese: "检查本机时钟和接收端的证书：其签发机构须受本机信任，或在推送设置中指定",
		}},
		{says("server preface", "malformed HTTP"), text.Both{
			English: "the port speaks another protocol: usually 4317 is for grpc and 4318 for http/protobuf; correct the port or the protocol",
			Chinese: "该端口使用另一种协议：通常 4317 用于 grpc，4318 用于 http/protobuf；请更正端口或协议",
		}},
		{answers([]codes.Code{codes.Unauthenticated, codes.PermissionDenied}, http.StatusUnauthorized, http.StatusForbidden), text.Both{
			English: "correct the credentials in the headers: the receiver refuses them",
			Chinese: "更正 HTTP 头中的凭据：接收端拒绝了它",
		}},
		{answers([]codes.Code{codes.Unimplemented}, http.StatusNotFound, http.StatusMethodNotAllowed), text.Both{
			English: "correct the endpoint: the receiver does not take metrics at this path; most take them at /v1/metrics",
			Chinese: "更正端点：接收端在该路径不接收指标，多数接收端使用 /v1/metrics",
		}},
		{answers(nil, http.StatusProxyAuthRequired), text.Both{
			English: "set the user name and password of the proxy, or let the push bypass it by NO_PROXY",
			Chinese: "填写代理的用户名和密码，或通过 NO_PROXY 绕过代理",
		}},
		{answers(nil, http.StatusLengthRequired), text.Both{
			English: "check the proxies between this machine and the receiver: one of them removes Content-Length, which every message has",
			Chinese: "检查本机与接收端之间的代理：每条消息都带有 Content-Length，应是某个代理将其去掉",
		}},
		{answers(nil, http.StatusPreconditionFailed), text.Both{
			English: "check the proxies between this machine and the receiver: messages set no condition, so one of them adds it or demands one",
			Chinese: "检查本机与接收端之间的代理：消息不带任何前提条件，应是某个代理添加或要求了条件",
		}},
		{answers(nil, http.StatusUnsupportedMediaType), text.Both{
			English: "turn off compression, or use another protocol: the receiver does not understand the message",
			Chinese: "关闭压缩，或换用其他协议：接收端无法理解该消息",
		}},
		{func(err error) bool {
			failed, ok := errors.AsType[statusError](err)
			return ok && failed.code == http.StatusBadRequest && slices.ContainsFunc(outOfOrder(), func(text string) bool { return strings.Contains(failed.said, text) })
		}, text.Both{
			English: "let only one exporter push as this service.instance.id, or let the receiver take late points, as out_of_order_time_window " +
				"does in Prometheus: it refuses a message that is older than an earlier one of this resource, even if that had other series",
			Chinese: "同一 service.instance.id 只由一个 exporter 推送，或让接收端接受迟到的数据（Prometheus 中为 out_of_order_time_window）：" +
				"比同一资源先前的消息更早的消息会被拒绝，即使其中的序列不同",
		}},
		{func(err error) bool {
			failed, ok := errors.AsType[statusError](err)
			return ok && failed.code >= http.StatusInternalServerError
		}, text.Both{
			English: "look at the log of the receiver, or of the proxy in front of it: it is failing or overloaded",
			Chinese: "查看接收端或其前端代理的日志：它出现故障或过载",
		}},
		{func(err error) bool {
			return errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.DeadlineExceeded
		}, text.Both{
			English: "check that firewalls and proxies let this machine reach the receiver: it does not answer in time",
			Chinese: "检查防火墙和代理是否允许本机访问接收端：它没有及时应答",
		}},
	}
}

// outOfOrder returns what Prometheus says when a point is older than the newest one of its series.
func outOfOrder() []string { return []string{"out of order", "too old sample", "duplicate sample"} }

// says returns whether the error of a connection has one of some texts. Those of gRPC do not tell
// their cause otherwise. What a receiver says itself may be about another connection.
func says(texts ...string) func(error) bool {
	return func(err error) bool {
		_, answered := errors.AsType[statusError](err)
		if of, ok := status.FromError(err); ok {
			answered = !strings.Contains(of.Message(), "connection error: ")
		}
		return !answered && slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(err.Error(), text) })
	}
}

// answers returns whether an error is one of some codes of gRPC or statuses of HTTP.
func answers(grpc []codes.Code, statuses ...int) func(error) bool {
	return func(err error) bool {
		if failed, ok := errors.AsType[statusError](err); ok {
			return slices.Contains(statuses, failed.code)
		}
		of, ok := status.FromError(err)
		return ok && slices.Contains(grpc, of.Code())
	}
}
