package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// way is what one request has shown of the way to WeChat.
type way struct {
	*trace

	target       *url.URL // of the API
	began, ended time.Time
	clock        time.Time // WeChat's
	err          error
}

// reach sends one request by the way of a poll and reports the steps dns, tcp, tls, proxy
// and clock. It returns whether WeChat has answered.
func (o Options) reach(ctx context.Context, tell func(Step)) bool {
	address := cmp.Or(o.Settings.Config.APIURL, wechat.DefaultBaseURL)
	target, err := url.Parse(address)
	if err != nil {
		target = &url.URL{} // the client refuses it, too
	}
	w := way{trace: &trace{}, target: target, began: time.Now()}
	client := wechat.Client{BaseURL: address, HTTP: o.HTTP}
	w.clock, w.err = client.Reach(httptrace.WithClientTrace(ctx, w.hooks()))
	w.ended = time.Now()
	w.mu.Lock() // a late hook must not change it now
	defer w.mu.Unlock()
	for _, step := range w.steps() {
		tell(step)
	}
	return w.err == nil
}

func (w way) steps() []Step {
	steps := []func() Step{w.dns, w.tcp, w.tls, w.proxy, w.time}
	broken := w.brokenAt()
	var told []Step
	for i, name := range []string{dns, tcp, tlsStep, proxy, clock} {
		switch {
		case i == broken:
			told = append(told, failure(name, w.cause(), remedy(w.err)).lasting(w.ended.Sub(w.start(name))))
		case i > broken || w.err != nil && broken == 3 && w.dialed == "":
			told = append(told, skipped(name, text.Both{
				English: "could not reach WeChat",
				Chinese: "未能连上微信",
			}))
		default:
			told = append(told, steps[i]())
		}
	}
	return told
}

// brokenAt returns which of the steps dns, tcp, tls and proxy has failed: 5 if none.
func (w way) brokenAt() int {
	switch {
	case w.err == nil:
		return 5
	case w.dialed == "": // the settings of the proxy cannot be used
		return 3
	case w.connecting.IsZero() && !w.resolving.IsZero():
		return 0
	case w.connected.IsZero():
		return 1
	case !w.shaking.IsZero() && w.shaken.IsZero():
		return 2
	default:
		return 3
	}
}

// start returns when a step began.
func (w way) start(name string) time.Time {
	begin := w.began
	switch name {
	case dns:
		begin = w.resolving
	case tcp:
		begin = w.connecting
	case tlsStep:
		begin = w.shaking
	case proxy:
		begin = w.shaken
		if begin.IsZero() {
			begin = w.connected
		}
	}
	if begin.IsZero() {
		begin = w.began
	}
	return begin
}

func (w way) dns() Step {
	name := host(w.dialed)
	switch {
	case w.dialed == "" || w.resolving.IsZero():
		return ok(dns, text.Both{English: "nothing to resolve: the address is an IP" + w.via(text.English), Chinese: "地址为 IP，无需解析" + w.via(text.Chinese)})
	default:
		addresses := strings.Join(w.addresses, ", ")
		return ok(dns, text.Both{
			English: name + " is " + addresses + w.via(text.English),
			Chinese: name + " 的地址是 " + addresses + w.via(text.Chinese),
		}).lasting(w.resolved.Sub(w.resolving))
	}
}

func (w way) tcp() Step {
	return ok(tcp, text.Both{
		English: "connected to " + cmp.Or(w.dialed, w.target.Host) + w.via(text.English),
		Chinese: "已连接 " + cmp.Or(w.dialed, w.target.Host) + w.via(text.Chinese),
	}).lasting(w.connected.Sub(w.connecting))
}

func (w way) tls() Step {
	if w.target.Scheme != "https" {
		return skipped(tlsStep, text.Both{
			English: "WeChat's API is called over plain http",
			Chinese: "以明文 http 调用微信 API",
		})
	}
	if !w.got {
		return skipped(tlsStep, text.Both{
			English: "no certificate was seen: the proxy did not connect to " + w.target.Hostname(),
			Chinese: "未见到证书：代理没有连上 " + w.target.Hostname(),
		})
	}
	return ok(tlsStep, text.Both{
		English: "the certificate of " + w.target.Hostname() + " is valid",
		Chinese: w.target.Hostname() + " 的证书有效",
	}).lasting(w.shaken.Sub(w.shaking))
}

func (w way) proxy() Step {
	lasted := w.ended.Sub(w.start(proxy))
	if w.proxied() {
		return ok(proxy, text.Both{
			English: "WeChat answers through the proxy " + w.dialed,
			Chinese: "微信通过代理 " + w.dialed + " 正常应答",
		}).lasting(lasted)
	}
	return ok(proxy, text.Both{English: "connected directly, no proxy", Chinese: "直接连接，未使用代理"}).lasting(lasted)
}

// proxied reports whether the connection was made to something else than WeChat.
func (w way) proxied() bool {
	port := cmp.Or(w.target.Port(), map[string]string{"http": "80", "https": "443"}[w.target.Scheme])
	return w.dialed != "" && (host(w.dialed) != w.target.Hostname() || !strings.HasSuffix(w.dialed, ":"+port))
}

// via says that a step is about the proxy, if it is.
func (w way) via(language text.Language) string {
	if !w.proxied() {
		return ""
	}
	return language.Say(" (the proxy)", "（代理）")
}

// cause says why the request failed.
func (w way) cause() text.Both {
	reason := message(w.err)
	if unverified, isCertificate := errors.AsType[*tls.CertificateVerificationError](w.err); isCertificate {
		reason = certificate(unverified, w.ended)
	}
	through := text.Both{}
	if w.proxied() {
		through = text.Both{English: " through the proxy " + w.dialed, Chinese: "（经代理 " + w.dialed + "）"}
	}
	return text.Both{
		English: fmt.Sprintf("%s%s: %s", w.target.Host, through.English, reason.English),
		Chinese: fmt.Sprintf("%s%s：%s", w.target.Host, through.Chinese, reason.Chinese),
	}
}

// certificate says what is wrong with a certificate.
func certificate(err *tls.CertificateVerificationError, now time.Time) text.Both {
	if invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err); isInvalid && invalid.Reason == x509.Expired && invalid.Cert != nil {
		from, to := shanghai(invalid.Cert.NotBefore), shanghai(invalid.Cert.NotAfter)
		return text.Both{
			English: fmt.Sprintf("the certificate has expired or is not valid yet: it is valid from %s to %s, and this machine's clock shows %s", from, to, shanghai(now)),
			Chinese: fmt.Sprintf("证书已过期或尚未生效：有效期为 %s 至 %s，而本机时间为 %s", from, to, shanghai(now)),
		}
	}
	if unknown, isUnknown := errors.AsType[x509.UnknownAuthorityError](err); isUnknown {
		issuer := ""
		if unknown.Cert != nil {
			issuer = fmt.Sprintf(" (%q)", unknown.Cert.Issuer.CommonName)
		}
		return text.Both{
			English: "the certificate is from an authority that this machine does not trust" + issuer,
			Chinese: "证书由本机不信任的机构签发" + issuer,
		}
	}
	return same(err.Err.Error())
}

func shanghai(at time.Time) string { return wechat.InShanghai(at).Format(time.RFC3339) }

// The differences from which the clock is worth a warning, and from which calls may fail:
// tokens seem to live on, and the wrong days are asked for.
const (
	clockWarning = time.Minute
	clockFailure = 5 * time.Minute
)

func (w way) time() Step {
	if w.clock.IsZero() {
		return skipped(clock, text.Both{English: "WeChat's answer contains no time", Chinese: "微信的返回中没有时间"})
	}
	difference := w.ended.Sub(w.clock).Round(time.Second)
	fast := text.Both{English: "fast", Chinese: "快"}
	if difference < 0 {
		fast = text.Both{English: "slow", Chinese: "慢"}
	}
	cause := text.Both{
		English: fmt.Sprintf("this machine's clock is %s %s: it shows %s, WeChat's shows %s", difference.Abs(), fast.English, shanghai(w.ended), shanghai(w.clock)),
		Chinese: fmt.Sprintf("本机时钟%s了 %s：本机为 %s，微信为 %s", fast.Chinese, difference.Abs(), shanghai(w.ended), shanghai(w.clock)),
	}
	set := text.Both{
		English: "correct this machine's clock, and enable time synchronization (NTP)",
		Chinese: "校准本机时钟，并启用时间同步（NTP）",
	}
	switch {
	case difference.Abs() >= clockFailure:
		return failure(clock, cause, set)
	case difference.Abs() >= clockWarning:
		return warning(clock, cause, set)
	default:
		return ok(clock, text.Both{English: "this machine's clock agrees with WeChat's", Chinese: "本机时钟与微信一致"})
	}
}

// remedy returns the remedy of the table of errcodes.
func remedy(err error) text.Both {
	if e, isWeChat := errors.AsType[*wechat.Error](err); isWeChat {
		return text.Both{English: e.RemedyIn(text.English), Chinese: e.RemedyIn(text.Chinese)}
	}
	return text.Both{}
}

// message returns the text of an error without the name of the call, which the step says.
func message(err error) text.Both {
	e, isWeChat := errors.AsType[*wechat.Error](err)
	if !isWeChat {
		return same(err.Error())
	}
	text := strings.TrimPrefix(e.Error(), e.Endpoint+": ")
	return same(strings.TrimPrefix(text, "network: "))
}
