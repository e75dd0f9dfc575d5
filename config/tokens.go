package config

import (
	"net/http"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// NewClient returns a client of WeChat's API for an app. Exchanges are reported to observe,
// unless it is nil.
func (c Config) NewClient(app App, client *http.Client, observe func(wechat.Exchange)) *wechat.Client {
	return &wechat.Client{BaseURL: c.APIURL, HTTP: client, Observe: observe, Tokens: c.NewTokens(app, client, observe)}
}

// NewTokens returns where the tokens of an app come from: nil if it needs none. Exchanges
// are reported to observe, unless it is nil.
func (c Config) NewTokens(app App, client *http.Client, observe func(wechat.Exchange)) wechat.TokenSource {
	secret := func() (wechat.Secret, error) { return app.Secret, nil }
	switch {
	case app.TokenFile != "":
		return &wechat.FileTokens{Path: app.TokenFile}
	case app.TokenURL != "":
		return &wechat.URLTokens{URL: app.TokenURL, HTTP: client, Observe: observe}
	case app.SecretFile != "":
		secret = func() (wechat.Secret, error) { return ReadSecretFile(app.SecretFile) }
	case app.Secret == "": // NoToken
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
