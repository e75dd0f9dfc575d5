package config

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/kelseyhightower/envconfig"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// settings is the one list of all settings. Help, the tables of the two READMEs and the
// parsing come from it, so a default stands here and nowhere else.
//
// Every field is a string, so that reading the environment cannot fail: envconfig stops
// at the first field that does not parse, and its message shows the value. The tag holds
// the whole name of the variable, because envconfig would otherwise fall back to the bare
// name, such as SECRET.
//
// The tag empty says what an empty value means where it does not mean "not set". The tags
// desc and zh hold the meaning in English and Chinese.
//
// Each OTEL_EXPORTER_OTLP_* is also read as OTEL_EXPORTER_OTLP_METRICS_*, see metricsForm.
type settings struct {
	AppID          string        `envconfig:"WXAPP_APPID" desc:"AppID of the Mini Program: wx and 16 hex digits." zh:"小程序的 AppID：wx 加 16 位十六进制字符。"`
	Secret         wechat.Secret `envconfig:"WXAPP_SECRET" desc:"AppSecret of WXAPP_APPID." zh:"WXAPP_APPID 对应的 AppSecret。"`
	SecretFile     string        `envconfig:"WXAPP_SECRET_FILE" desc:"File that holds the AppSecret, instead of WXAPP_SECRET. A new secret takes effect within seconds, without a restart." zh:"存放 AppSecret 的文件，可代替 WXAPP_SECRET；更换 AppSecret 后数秒内生效，无需重启。"`
	AppName        string        `envconfig:"WXAPP_APP_NAME" desc:"Display name of the Mini Program, shown by wxapp_app_info. If not set: the AppID." zh:"小程序的显示名称，见 wxapp_app_info；未设置时使用 AppID。"`
	AppsFile       string        `envconfig:"WXAPP_APPS_FILE" desc:"YAML file that lists many Mini Programs: apps: [{appid, name, secret or secret_file or token_file or token_url}]. Can be combined with WXAPP_APPID. Changes take effect within seconds." zh:"列出多个小程序的 YAML 文件：apps: [{appid, name, 以及 secret、secret_file、token_file、token_url 四选一}]；可与 WXAPP_APPID 同时使用。文件修改后数秒内生效。"`
	TokenFile      string        `envconfig:"WXAPP_TOKEN_FILE" desc:"File in which another program keeps the access token, instead of a secret: plain text, or JSON with access_token." zh:"由其他程序负责更新的 access_token 文件，可代替 AppSecret：内容为纯文本，或含 access_token 的 JSON。"`
	TokenURL       wechat.Secret `envconfig:"WXAPP_TOKEN_URL" desc:"URL of a central token server, instead of a secret. It returns the same format as the token file." zh:"中控 token 服务的 URL，可代替 AppSecret；返回格式与 token 文件相同。"`
	TokenEndpoint  string        `envconfig:"WXAPP_TOKEN_ENDPOINT" default:"stable_token" desc:"WeChat's API for tokens: stable_token, token (invalidates the tokens of all other programs that use it), or none (WeChat cloud hosting)." zh:"获取 token 所用的微信接口：stable_token、token（会使其他程序的 token 失效）或 none（微信云托管）。"`
	APIURL         wechat.Secret `envconfig:"WXAPP_API_URL" default:"https://api.weixin.qq.com" desc:"Base URL of WeChat's API." zh:"微信 API 的基础 URL。"`
	AllowHTTP      string        `envconfig:"WXAPP_ALLOW_HTTP" default:"false" desc:"true allows plain http to public hosts in WXAPP_TOKEN_URL, token_url and WXAPP_API_URL, although it sends secrets and tokens unencrypted. Private and loopback hosts are always allowed." zh:"设为 true 时，允许 WXAPP_TOKEN_URL、token_url 和 WXAPP_API_URL 以明文 http 访问公网主机（密钥和 token 将不加密传输）；内网和本机地址始终允许。"`
	Ranges         string        `envconfig:"WXAPP_RANGES" default:"all" desc:"Lengths of the windows, comma-separated: 1d, 7d, 30d, or all." zh:"时间窗口的长度，以逗号分隔：1d、7d、30d，或 all。"`
	Dimensions     string        `envconfig:"WXAPP_DIMENSIONS" default:"all" desc:"Dimensions, comma-separated: age, city, device, gender, platform, province, or all." zh:"统计维度，以逗号分隔：age、city、device、gender、platform、province，或 all。"`
	Datasets       string        `envconfig:"WXAPP_DATASETS" default:"user_portrait" desc:"Datasets to fetch, comma-separated: {datasets}." zh:"要查询的数据集，以逗号分隔：{datasets}。"`
	Top            string        `envconfig:"WXAPP_TOP" default:"device:20,page:20" empty:"no limit" desc:"Shows only the N names with the most users per dimension, for example city:100,device:20, and the N most visited pages. Dimensions not listed keep their default; device:0 means no limit. Empty: no limits." zh:"每个维度只保留用户数最多的 N 个名称，例如 city:100,device:20；页面（page）只保留访问次数最多的 N 个。未列出的沿用默认值；device:0 表示该维度不限制；设为空则全部不限制。"`
	PollInterval   string        `envconfig:"WXAPP_POLL_INTERVAL" default:"30m" desc:"Pause between polls while yesterday's data is not published yet." zh:"昨日数据尚未发布时，两次轮询之间的间隔。"`
	PublishHour    string        `envconfig:"WXAPP_PUBLISH_HOUR" default:"8" desc:"Hour from which yesterday's data is requested, 0 to 17, Asia/Shanghai." zh:"从几点开始查询昨日数据（北京时间，0 至 17）。"`
	RequestTimeout string        `envconfig:"WXAPP_REQUEST_TIMEOUT" default:"30s" desc:"Timeout of one request to WeChat." zh:"单次请求微信接口的超时时间。"`
	MaxAge         string        `envconfig:"WXAPP_MAX_AGE" default:"168h" desc:"Age at which wxapp_users is withdrawn, measured from the end of its window." zh:"自时间窗口结束起，超过该时长的 wxapp_users 不再提供。"`
	Archive        string        `envconfig:"WXAPP_ARCHIVE" default:"wxapp-data" empty:"no archive" desc:"Folder that keeps every answer, so that a restart loses nothing. Empty: no archive." zh:"保存微信每次返回结果的目录，重启后数据不丢失；设为空则不保存。"`
	ArchiveConfig  string        `envconfig:"WXAPP_ARCHIVE_CONFIG_FILE" desc:"YAML file with a Thanos object storage configuration, of type S3 or COS: answers are kept in that bucket instead of the folder WXAPP_ARCHIVE." zh:"Thanos 对象存储配置的 YAML 文件（类型为 S3 或 COS）：数据保存到该存储桶，代替 WXAPP_ARCHIVE 目录。"`
	ArchiveSpool   string        `envconfig:"WXAPP_ARCHIVE_SPOOL" desc:"Local folder of this process alone, for answers that the archive does not take within a second, so that a crash or a kill does not lose them. At most 1 GiB. If not set: they wait in memory." zh:"本进程专用的本地目录，暂存归档未能在 1 秒内写入的返回结果，进程崩溃或被强行终止也不会丢失；最多 1 GiB。未设置时仅在内存中等待。"`
	Replicas       string        `envconfig:"WXAPP_REPLICAS" default:"1" desc:"How many exporters poll the same apps into the same archive on purpose. If there are more, the log warns." zh:"有意让几个采集器轮询相同的小程序并共用一个归档；超过该数量时，日志给出警告。"`
	Shard          string        `envconfig:"WXAPP_SHARD" default:"0" desc:"Which of WXAPP_TOTAL_SHARDS this process is, from 0: it polls and shows only its part of the apps." zh:"本进程是 WXAPP_TOTAL_SHARDS 个分片中的哪一个，从 0 开始：只轮询和展示属于该分片的小程序。"`
	TotalShards    string        `envconfig:"WXAPP_TOTAL_SHARDS" default:"1" desc:"Among how many processes the apps are divided. All have the same apps and the same archive." zh:"由几个进程分担全部小程序；各进程使用相同的小程序设置和同一个归档。"`
	StopTimeout    string        `envconfig:"WXAPP_STOP_TIMEOUT" default:"8s" desc:"How long the exporter may take to stop after SIGTERM, 1s to 10m: calls, requests, the last push and writes to the archive. Must be shorter than what Docker (10s), Kubernetes (30s) or systemd (90s) waits before it kills." zh:"收到 SIGTERM 后停止的最长时间，1s 至 10m，包括进行中的调用和请求、最后一次推送及归档写入；须短于 Docker（10 秒）、Kubernetes（30 秒）或 systemd（90 秒）强行终止前的等待时间。"`
	ListenAddress  string        `envconfig:"WXAPP_LISTEN_ADDRESS" default:":10120" desc:"Addresses to listen on, comma-separated: host:port, or unix:/path for a unix socket. If systemd passes sockets, those are used instead." zh:"监听地址，可用逗号分隔多个：host:port，或 unix:/路径（unix 套接字）。systemd 传入套接字时，改用传入的套接字。"`
	TelemetryPath  string        `envconfig:"WXAPP_TELEMETRY_PATH" default:"/metrics" desc:"Path of the metrics." zh:"指标的路径。"`
	ExternalURL    string        `envconfig:"WXAPP_EXTERNAL_URL" desc:"URL under which a reverse proxy serves the exporter, such as https://example.com/wxapp. Every path is served with and without the path of this URL." zh:"反向代理对外提供本程序的 URL，例如 https://example.com/wxapp；所有路径在带与不带该 URL 的路径前缀时都可访问。"`
	WebConfigFile  string        `envconfig:"WXAPP_WEB_CONFIG_FILE" desc:"Web configuration file of the Prometheus exporter toolkit: TLS, client certificates, basic auth." zh:"Prometheus exporter-toolkit 的 Web 配置文件：TLS、客户端证书、basic auth。"`
	LocationInfo   string        `envconfig:"WXAPP_LOCATION_INFO" default:"true" desc:"Whether to expose wxapp_location_info, 68 series with which Grafana shows provinces on a map: true or false." zh:"是否提供 wxapp_location_info（68 条序列，供 Grafana 在地图上显示省份）：true 或 false。"`
	LogLevel       string        `envconfig:"WXAPP_LOG_LEVEL" default:"info" desc:"Lowest level to log: debug, info, warn or error." zh:"最低日志级别：debug、info、warn 或 error。"`
	LogFormat      string        `envconfig:"WXAPP_LOG_FORMAT" default:"logfmt" desc:"Log format: logfmt or json." zh:"日志格式：logfmt 或 json。"`

	OTLPEndpoint          string        `envconfig:"OTEL_EXPORTER_OTLP_ENDPOINT" desc:"URL of the receiver: http:// is plaintext, https:// is TLS. If not set, nothing is pushed. With http/protobuf, /v1/metrics is appended to its path, but not to that of OTEL_EXPORTER_OTLP_METRICS_ENDPOINT." zh:"接收端的 URL：http:// 为明文，https:// 为 TLS；未设置则不推送。使用 http/protobuf 时会在路径后追加 /v1/metrics，但 OTEL_EXPORTER_OTLP_METRICS_ENDPOINT 的路径不追加。"`
	OTLPProtocol          string        `envconfig:"OTEL_EXPORTER_OTLP_PROTOCOL" default:"grpc" desc:"grpc or http/protobuf." zh:"grpc 或 http/protobuf。"`
	OTLPHeaders           wechat.Secret `envconfig:"OTEL_EXPORTER_OTLP_HEADERS" desc:"Headers to send, such as credentials: name=value,name=value. Values are URL-encoded." zh:"随请求发送的 HTTP 头（例如凭据），格式为 name=value,name=value；值须经 URL 编码。"`
	OTLPCompression       string        `envconfig:"OTEL_EXPORTER_OTLP_COMPRESSION" default:"gzip" desc:"gzip or none." zh:"gzip 或 none。"`
	OTLPTimeout           string        `envconfig:"OTEL_EXPORTER_OTLP_TIMEOUT" default:"10000" desc:"Time limit in milliseconds for sending a batch of 5,000 points, retries included." zh:"发送一批数据（5,000 个点）的总时限，单位毫秒，包含重试。"`
	OTLPCertificate       string        `envconfig:"OTEL_EXPORTER_OTLP_CERTIFICATE" desc:"PEM file with the CA certificates to trust, instead of the system's." zh:"受信任 CA 证书的 PEM 文件，代替系统自带的 CA。"`
	OTLPClientCertificate string        `envconfig:"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE" desc:"PEM file with the client certificate for mutual TLS." zh:"双向 TLS 所用客户端证书的 PEM 文件。"`
	OTLPClientKey         string        `envconfig:"OTEL_EXPORTER_OTLP_CLIENT_KEY" desc:"PEM file with the key of the client certificate." zh:"客户端证书私钥的 PEM 文件。"`
	OTLPInsecure          string        `envconfig:"OTEL_EXPORTER_OTLP_INSECURE" default:"false" desc:"Has no effect: the scheme of the endpoint decides. true with https:// is an error." zh:"不起作用，是否加密取决于接收端 URL 的协议；true 与 https:// 同时使用会报错。"`
	OTLPTemporality       string        `envconfig:"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE" default:"cumulative" desc:"Other values are ignored with a warning: counters are always cumulative." zh:"其他取值会被忽略并给出警告：计数器始终为累积值。"`
	OTLPHistograms        string        `envconfig:"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION" default:"explicit_bucket_histogram" desc:"Other values are ignored with a warning." zh:"其他取值会被忽略并给出警告。"`
	OTelInterval          string        `envconfig:"OTEL_METRIC_EXPORT_INTERVAL" default:"60000" desc:"Milliseconds between two pushes. Above 240000, series disappear from Prometheus between pushes." zh:"两次推送的间隔，单位毫秒；超过 240000 时，序列会在两次推送之间从 Prometheus 中消失。"`
	OTelTimeout           string        `envconfig:"OTEL_METRIC_EXPORT_TIMEOUT" default:"30000" desc:"Same as OTEL_EXPORTER_OTLP_TIMEOUT; the shorter of the two applies." zh:"同 OTEL_EXPORTER_OTLP_TIMEOUT，以两者中较短的为准。"`
	OTelServiceName       string        `envconfig:"OTEL_SERVICE_NAME" default:"wxapp_exporter" desc:"Resource attribute service.name, which Prometheus shows as the label job." zh:"资源属性 service.name，在 Prometheus 中显示为标签 job。"`
	OTelResource          string        `envconfig:"OTEL_RESOURCE_ATTRIBUTES" desc:"More resource attributes: name=value,name=value. service.instance.id, which Prometheus shows as the label instance, defaults to the host name and the first listen port, followed by the shard if there are several." zh:"其他资源属性，格式为 name=value,name=value。service.instance.id 在 Prometheus 中显示为标签 instance，默认为主机名加第一个监听端口；有多个分片时再加分片编号。"`
	OTelExporter          string        `envconfig:"OTEL_METRICS_EXPORTER" default:"otlp" desc:"none: nothing is pushed. otlp without an endpoint: push to a receiver on this machine." zh:"none：不推送；otlp 且未设置接收端：推送到本机的接收端。"`
	OTelDisabled          string        `envconfig:"OTEL_SDK_DISABLED" default:"false" desc:"true: nothing is pushed." zh:"true：不推送。"`
}

// Setting describes one environment variable.
type Setting struct {
	Name             string
	Default          string // empty: none
	English, Chinese string // its meaning
}

// Settings returns the list of all settings: first ours, WXAPP_*, then those of
// OpenTelemetry, OTEL_*.
func Settings() []Setting {
	var list []Setting
	for field := range reflect.TypeFor[settings]().Fields() {
		list = append(list, Setting{
			Name:    field.Tag.Get("envconfig"),
			Default: field.Tag.Get("default"),
			English: strings.Replace(field.Tag.Get("desc"), "{datasets}", datasetNames(text.English), 1),
			Chinese: strings.Replace(field.Tag.Get("zh"), "{datasets}", datasetNames(text.Chinese), 1),
		})
	}
	return list
}

// defaultOf returns the default of a setting.
func defaultOf(name string) string {
	for _, setting := range Settings() {
		if setting.Name == name {
			return setting.Default
		}
	}
	return ""
}

// environment is the settings as their owner wrote them, trimmed and with the defaults
// filled in.
type environment struct {
	settings
	// given holds, by the name of the setting, the variable that gives it a value. A
	// setting that is absent or blank is not in it.
	given map[string]string
	// values holds the texts of all settings by their names.
	values map[string]wechat.Secret
	// variables is the whole environment, each as NAME=value.
	variables []string
}

// readEnvironment reads the environment of the process.
func readEnvironment() (environment, error) {
	var s settings
	if err := envconfig.Process("", &s); err != nil {
		return environment{}, fmt.Errorf("read the environment: %w", err)
	}
	return newEnvironment(s, os.Environ(), os.Getenv), nil
}

// newEnvironment returns an environment with settings as they were read. An empty value
// counts as not set, unless the list says what empty means.
func newEnvironment(s settings, variables []string, valueOf func(name string) string) environment {
	e := environment{settings: s, given: map[string]string{}, values: map[string]wechat.Secret{}, variables: variables}
	for field, value := range reflect.ValueOf(&e.settings).Elem().Fields() {
		setting := field.Tag.Get("envconfig")
		text := strings.TrimSpace(value.String())
		variable := setting
		if form, ok := metricsForm(setting); ok && strings.TrimSpace(valueOf(form)) != "" {
			variable, text = form, strings.TrimSpace(valueOf(form))
		}
		if strings.TrimSpace(valueOf(variable)) != "" {
			e.given[setting] = variable
		}
		if _, keepEmpty := field.Tag.Lookup("empty"); text == "" && !keepEmpty {
			text = field.Tag.Get("default")
		}
		value.SetString(text)
		e.values[setting] = wechat.Secret(text)
	}
	return e
}

const (
	otlpPrefix    = "OTEL_EXPORTER_OTLP_"
	metricsPrefix = otlpPrefix + "METRICS_"
)

// metricsForm returns the variable that wins over one of OpenTelemetry's, as its
// specification demands: OTEL_EXPORTER_OTLP_METRICS_TIMEOUT over
// OTEL_EXPORTER_OTLP_TIMEOUT.
func metricsForm(name string) (form string, ok bool) {
	rest, ok := strings.CutPrefix(name, otlpPrefix)
	if !ok || strings.HasPrefix(name, metricsPrefix) {
		return "", false
	}
	return metricsPrefix + rest, true
}
