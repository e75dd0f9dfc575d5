package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/kelseyhightower/envconfig"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// settings is the environment as its owner wrote it. Every field is a string, so
// that reading it cannot fail: envconfig stops at the first mistake and its
// message holds the value. The whole variable name is in the tag, because
// envconfig would otherwise fall back to the bare one, such as SECRET.
//
// The tag "empty" says what the empty value means where it does not mean "not
// set". The tags desc and zh are the texts of --help and of the two READMEs.
type settings struct {
	AppID          string        `envconfig:"WXAPP_APPID" desc:"AppID of the Mini Program: wx and 16 hex digits." zh:"小程序的 AppID:wx 加 16 位十六进制字符。"`
	Secret         wechat.Secret `envconfig:"WXAPP_SECRET" desc:"AppSecret of WXAPP_APPID." zh:"WXAPP_APPID 的 AppSecret。"`
	SecretFile     string        `envconfig:"WXAPP_SECRET_FILE" desc:"File with the AppSecret, instead of WXAPP_SECRET; read anew for every token." zh:"存放 AppSecret 的文件,用以代替 WXAPP_SECRET;每次获取 token 时重新读取。"`
	AppName        string        `envconfig:"WXAPP_APP_NAME" desc:"Name of the Mini Program for people, shown by wxapp_app_info. Without it: the AppID." zh:"小程序的显示名称,见 wxapp_app_info;未设置时为 AppID。"`
	AppsFile       string        `envconfig:"WXAPP_APPS_FILE" desc:"YAML file with many Mini Programs: apps: [{appid, name, secret or secret_file or token_file or token_url}]. May be combined with WXAPP_APPID." zh:"列出多个小程序的 YAML 文件:apps: [{appid, name, 以及 secret、secret_file、token_file、token_url 四者之一}];可与 WXAPP_APPID 同时使用。"`
	TokenFile      string        `envconfig:"WXAPP_TOKEN_FILE" desc:"File in which another program keeps the access token, instead of a secret: plain text, or JSON with access_token." zh:"由其他程序维护 access_token 的文件,用以代替 AppSecret:纯文本,或含 access_token 的 JSON。"`
	TokenURL       wechat.Secret `envconfig:"WXAPP_TOKEN_URL" desc:"URL of a central token server, instead of a secret; it answers like the token file." zh:"中控 token 服务的 URL,用以代替 AppSecret;返回内容的格式与 token 文件相同。"`
	TokenEndpoint  string        `envconfig:"WXAPP_TOKEN_ENDPOINT" default:"stable_token" desc:"WeChat's call for tokens: stable_token, token (ends the tokens of every other user of that call), or none (WeChat cloud hosting)." zh:"获取 token 的微信接口:stable_token、token(会使其他调用方的 token 失效)或 none(微信云托管)。"`
	APIURL         wechat.Secret `envconfig:"WXAPP_API_URL" default:"https://api.weixin.qq.com" desc:"Base URL of WeChat's API." zh:"微信 API 的基础 URL。"`
	Ranges         string        `envconfig:"WXAPP_RANGES" default:"all" desc:"Lengths of the windows, comma-separated: 1d, 7d, 30d, or all." zh:"统计窗口的长度,以逗号分隔:1d、7d、30d,或 all。"`
	Dimensions     string        `envconfig:"WXAPP_DIMENSIONS" default:"all" desc:"Dimensions, comma-separated: age, city, device, gender, platform, province, or all." zh:"统计维度,以逗号分隔:age、city、device、gender、platform、province,或 all。"`
	Top            string        `envconfig:"WXAPP_TOP" default:"device:20" empty:"no limit" desc:"Dimensions limited to the N names with most users, as in city:100,device:20. Empty: no limit." zh:"各维度只保留用户数最多的 N 个名称,例如 city:100,device:20;设为空则不限制。"`
	PollInterval   string        `envconfig:"WXAPP_POLL_INTERVAL" default:"30m" desc:"Pause between polls while yesterday is not published yet." zh:"昨日数据尚未发布时,两次轮询的间隔。"`
	PublishHour    string        `envconfig:"WXAPP_PUBLISH_HOUR" default:"8" desc:"Hour in Asia/Shanghai, 0 to 23, from which to ask for yesterday." zh:"从几点开始查询昨日数据(北京时间,0 至 23)。"`
	RequestTimeout string        `envconfig:"WXAPP_REQUEST_TIMEOUT" default:"30s" desc:"Time limit of one request to WeChat." zh:"单次请求微信的超时时间。"`
	MaxAge         string        `envconfig:"WXAPP_MAX_AGE" default:"168h" desc:"Age at which wxapp_users are withdrawn, counted from the end of their window." zh:"自统计窗口结束起,超过该时长的 wxapp_users 不再展示。"`
	Archive        string        `envconfig:"WXAPP_ARCHIVE" default:"wxapp-data" empty:"no archive" desc:"Folder that keeps every answer, so that a restart loses nothing. Empty: none." zh:"保存每次返回数据的目录,重启后不丢数据;设为空则不保存。"`
	ListenAddress  string        `envconfig:"WXAPP_LISTEN_ADDRESS" default:":10120" desc:"Address to serve on, as host:port." zh:"监听地址,格式为 host:port。"`
	TelemetryPath  string        `envconfig:"WXAPP_TELEMETRY_PATH" default:"/metrics" desc:"Path of the metrics." zh:"指标的路径。"`
	WebConfigFile  string        `envconfig:"WXAPP_WEB_CONFIG_FILE" desc:"Web configuration file of the Prometheus exporter toolkit: TLS, client certificates, basic auth." zh:"Prometheus exporter-toolkit 的 Web 配置文件:TLS、客户端证书、basic auth。"`
	LocationInfo   string        `envconfig:"WXAPP_LOCATION_INFO" default:"true" desc:"Whether to show wxapp_location_info, 68 series by which Grafana puts provinces on a map: true or false." zh:"是否提供 wxapp_location_info(68 条序列,供 Grafana 在地图上显示省份):true 或 false。"`
	LogLevel       string        `envconfig:"WXAPP_LOG_LEVEL" default:"info" desc:"Least level to log: debug, info, warn or error." zh:"日志级别:debug、info、warn 或 error。"`
	LogFormat      string        `envconfig:"WXAPP_LOG_FORMAT" default:"logfmt" desc:"Form of the log: logfmt or json." zh:"日志格式:logfmt 或 json。"`
}

// readSettings reads the environment. Values are trimmed, and an empty one takes
// the default like one that is not set, unless the field says what empty means.
func readSettings() (settings, error) {
	var s settings
	if err := envconfig.Process("", &s); err != nil {
		return settings{}, fmt.Errorf("read the environment: %w", err)
	}
	values := reflect.ValueOf(&s).Elem()
	for field, value := range values.Fields() {
		text := strings.TrimSpace(value.String())
		if _, keepEmpty := field.Tag.Lookup("empty"); text == "" && !keepEmpty {
			text = field.Tag.Get("default")
		}
		value.SetString(text)
	}
	return s, nil
}

// config is what the settings mean.
type config struct {
	apps          []appConfig
	tokenEndpoint string // stable_token, token or none
	apiURL        string // without a slash at its end

	ranges     []wechat.Range // the shortest first
	dimensions []wechat.Dimension
	top        map[wechat.Dimension]int // absent: no limit

	pollInterval, requestTimeout, maxAge time.Duration
	publishHour                          int

	archive string // a folder; empty: none

	listenAddress, telemetryPath, webConfigFile string
	locationInfo                                bool

	otlp *otlp.Config // nil: nothing is pushed

	logLevel  slog.Level
	logFormat string // logfmt or json
}

// appConfig is one Mini Program. One of its sources of tokens is set, or none
// with the token endpoint none.
type appConfig struct {
	id, name              string // the name is the appid when none was given
	secret                wechat.Secret
	secretFile, tokenFile string
	tokenURL              wechat.Secret
}

// Format prints the configuration without its secrets. The fmt package does not
// call the methods of unexported fields, so a Secret in one would be readable.
func (c config) Format(f fmt.State, verb rune) {
	type plain config
	apps := make([]appConfig, len(c.apps))
	for i, app := range c.apps {
		apps[i] = app.withoutSecrets()
	}
	c.apps = apps
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), plain(c))
}

// Format prints the app without its secrets, for the reason that config.Format
// gives.
func (a appConfig) Format(f fmt.State, verb rune) {
	type plain appConfig
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), plain(a.withoutSecrets()))
}

func (a appConfig) withoutSecrets() appConfig {
	a.secret = wechat.Secret(a.secret.String())
	a.tokenURL = wechat.Secret(a.tokenURL.String())
	return a
}

// readConfig reads the settings from the environment. The error holds one line
// for each mistake, the warnings say what works but is odd. Neither holds a
// secret.
func readConfig() (config, []string, error) {
	s, err := readSettings()
	if err != nil {
		return config{}, nil, err
	}
	var found findings
	c := parseCommon(&found, s)
	c.tokenEndpoint = parseChoice(found.at("WXAPP_TOKEN_ENDPOINT"), s.TokenEndpoint, "stable_token", "token", "none")
	c.apiURL = parseAPIURL(found.at("WXAPP_API_URL"), s.APIURL, c.tokenEndpoint)
	c.apps = readApps(&found, s, c.tokenEndpoint)
	return found.result(c)
}

// readDemoConfig reads the settings that the demo heeds. Those of accounts, tokens
// and the API's URL are taken as not set, and the archive counts only when the
// environment names one.
func readDemoConfig() (config, []string, error) {
	s, err := readSettings()
	if err != nil {
		return config{}, nil, err
	}
	var found findings
	c := parseCommon(&found, s)
	c.archive = strings.TrimSpace(os.Getenv("WXAPP_ARCHIVE"))
	return found.result(c)
}

// parseCommon parses the settings that serve and demo share.
func parseCommon(found *findings, s settings) config {
	warnUnknownVariables(found, os.Environ())
	return config{
		ranges:         parseList(found.at("WXAPP_RANGES"), s.Ranges, wechat.Ranges()),
		dimensions:     parseList(found.at("WXAPP_DIMENSIONS"), s.Dimensions, wechat.Dimensions()),
		top:            parseTop(found.at("WXAPP_TOP"), s.Top),
		pollInterval:   parsePollInterval(found.at("WXAPP_POLL_INTERVAL"), s.PollInterval),
		publishHour:    parseHour(found.at("WXAPP_PUBLISH_HOUR"), s.PublishHour),
		requestTimeout: parseDuration(found.at("WXAPP_REQUEST_TIMEOUT"), s.RequestTimeout),
		maxAge:         parseDuration(found.at("WXAPP_MAX_AGE"), s.MaxAge),
		archive:        s.Archive,
		listenAddress:  parseListenAddress(found.at("WXAPP_LISTEN_ADDRESS"), s.ListenAddress),
		otlp:           readOTLP(found, s.ListenAddress),
		telemetryPath:  parseTelemetryPath(found.at("WXAPP_TELEMETRY_PATH"), s.TelemetryPath),
		webConfigFile:  parseWebConfigFile(found.at("WXAPP_WEB_CONFIG_FILE"), s.WebConfigFile),
		locationInfo:   parseChoice(found.at("WXAPP_LOCATION_INFO"), s.LocationInfo, "true", "false") == "true",
		logLevel:       parseLogLevel(found.at("WXAPP_LOG_LEVEL"), s.LogLevel),
		logFormat:      parseChoice(found.at("WXAPP_LOG_FORMAT"), s.LogFormat, "logfmt", "json"),
	}
}

// findings gathers what is wrong with the settings: mistakes, which stop the
// start, and warnings.
type findings struct {
	mistakes []error
	warnings []string
}

// result returns c, or nothing but the findings when there are mistakes.
func (f *findings) result(c config) (config, []string, error) {
	if err := errors.Join(f.mistakes...); err != nil {
		return config{}, f.warnings, err
	}
	return c, f.warnings, nil
}

// at returns the place with which the findings about one setting begin: its
// variable, or a line of a file that the variable names.
func (f *findings) at(name string) place { return place{f, name} }

type place struct {
	findings *findings
	name     string
}

func (p place) mistake(format string, arguments ...any) {
	p.findings.mistakes = append(p.findings.mistakes, errors.New(p.name+": "+fmt.Sprintf(format, arguments...)))
}

func (p place) warning(format string, arguments ...any) {
	p.findings.warnings = append(p.findings.warnings, p.name+": "+fmt.Sprintf(format, arguments...))
}
