package config

import (
	"net/http"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// TokenSource returns where the tokens of an app come from: nil if it needs none. Exchanges are
// reported to observe, unless it is nil.
func (c Config) TokenSource(app App, client *http.Client, observe func(wechat.Exchange)) wechat.TokenSource {
	value := app.Tokens.Value
	secret := func() (wechat.Secret, error) { return value, nil }
	switch app.Tokens.Kind {
	case ByTokenFile:
		return &wechat.FileTokens{Path: value.Reveal()}
	case ByTokenURL:
		return &wechat.URLTokens{URL: value, HTTP: client, Observe: observe}
	case BySecretFile:
		secret = func() (wechat.Secret, error) { return ReadSecretFile(value.Reveal()) }
	case BySecret:
	default: // NoToken
		return nil
	}
	endpoint := wechat.StableToken
	if c.TokenEndpoint == PlainToken {
		endpoint = wechat.PlainToken
	}
	return &wechat.SecretTokens{
		AppID: app.ID, Secret: secret, Endpoint: endpoint, BaseURL: c.APIURL, HTTP: client, Observe: observe,
	}
}
