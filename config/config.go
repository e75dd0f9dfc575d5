package config

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Config is what the settings mean. Printing it shows no secret.
type Config struct {
	// Shard is the part of the apps that is that of this process.
	Shard shards.Shard
	// Apps are those of the shard: the app of the environment, if there is one, and then
	// those of WXAPP_APPS_FILE.
	Apps []App
	// OtherApps are those of other shards.
	OtherApps []App
	// Files are the files that all apps and their secrets come from.
	Files Files

	TokenEndpoint TokenEndpoint
	APIURL        string // without a slash at its end

	// Datasets are the datasets that are on, at least one. Of the user portrait they have the
	// ranges that are.
	Datasets   []wechat.Dataset
	Dimensions []wechat.Dimension
	// Top is how many names of a dimension to keep, and of wechat.Page how many pages. What
	// is absent has no limit.
	Top map[wechat.Dimension]int

	PollInterval   time.Duration
	PublishHour    int // 0 to 17, Asia/Shanghai
	RequestTimeout time.Duration
	MaxAge         time.Duration

	// StopTimeout is how long the whole program may take to stop.
	StopTimeout time.Duration

	// Replicas is how many processes poll the same apps on purpose, at least 1.
	Replicas int

	// Demo says that the apps are made up.
	Demo bool

	// Archive is where the answers are kept.
	Archive Archive

	ListenAddresses []string // host:port or unix:PATH, at least one
	TelemetryPath   string
	ExternalURL     *url.URL // without a slash at its end; nil: none
	WebConfigFile   string   // empty: none
	LocationInfo    bool

	// OTLP says where to push to. Nil: nothing is pushed.
	OTLP *otlp.Config

	LogLevel  slog.Level
	LogFormat string // logfmt or json
}

// TokenEndpoint is the API of WeChat that tokens come from.
type TokenEndpoint string

// The values of WXAPP_TOKEN_ENDPOINT.
const (
	StableToken TokenEndpoint = "stable_token"
	PlainToken  TokenEndpoint = "token"
	NoToken     TokenEndpoint = "none" // WeChat cloud hosting: calls carry no token
)

// App is one Mini Program.
type App struct {
	ID     string
	Name   string // the appid when none was given
	Tokens TokenSource
}

// Read reads all settings. The error has one line for each thing that is wrong, and the
// warnings are one line each; both name the variable, and neither shows a secret. There
// may be warnings beside an error, and they may explain it.
func Read() (Config, []string, error) {
	e, err := readEnvironment()
	if err != nil {
		return Config{}, nil, err
	}
	return read(e)
}

func read(e environment) (Config, []string, error) {
	c, p := parseAll(e)
	if err := p.err(); err != nil {
		return Config{}, p.allWarnings(), err
	}
	return c, p.allWarnings(), nil
}

// parseAll parses all settings. What is wrong with them is in the problems.
func parseAll(e environment) (Config, *problems) {
	p := &problems{given: e.given}
	c := parseCommon(p, e)
	file := parseAppsFile(p, e)
	c.TokenEndpoint = file.tokenEndpoint
	c.APIURL = parseAPIURL(p.at("WXAPP_API_URL"), e.APIURL, file.tokenEndpoint, file.allowHTTP)
	all, files := readApps(p, e, file)
	c.Shard, c.Files = parseShard(p, e), files
	c.Apps, c.OtherApps = divide(c.Shard, all)
	c.Archive = parseArchive(p, e)
	c.Archive.Spool = parseSpool(p.at(spoolSetting), e.ArchiveSpool, c.Archive)
	warnReadable(p, c)
	return c, p
}

// ReadDemo reads the settings that apply to the demo, as Read does. All datasets are on
// unless WXAPP_DATASETS names some. Settings of accounts, tokens and WeChat's API are
// ignored, and there is no archive unless WXAPP_ARCHIVE names a folder: made-up numbers
// never go to an object storage.
func ReadDemo() (Config, []string, error) {
	e, err := readEnvironment()
	if err != nil {
		return Config{}, nil, err
	}
	return readDemo(e)
}

func readDemo(e environment) (Config, []string, error) {
	if e.given[datasetsSetting] == "" || e.Datasets == "all" { // made-up income is no secret
		e.Datasets = everyDataset()
	}
	e.TotalShards = defaultOf(totalSetting)
	p := &problems{given: e.given}
	c := parseCommon(p, e)
	c.Demo = true
	c.Archive = Archive{Setting: archiveSetting}
	if e.given[archiveSetting] != "" {
		c.Archive.Folder = e.Archive
	}
	if e.given[spoolSetting] != "" {
		p.at(spoolSetting).warnf("is ignored, because it may hold real answers, which must not get into the demo's archive")
	}
	if e.given[totalSetting] != "" {
		p.at(totalSetting).warnf("is ignored, because the demo has three apps and one process")
	}
	if e.given[archiveConfigSetting] != "" {
		p.at(archiveConfigSetting).warnf("is ignored, because the demo's numbers are made up; to keep them, set %s to a separate folder", archiveSetting)
	}
	if err := p.err(); err != nil {
		return Config{}, p.allWarnings(), err
	}
	return c, p.allWarnings(), nil
}

// ReadListenAddresses reads WXAPP_LISTEN_ADDRESS alone, so that no other setting can get in
// the way. Without an error there is at least one address.
func ReadListenAddresses() ([]string, error) {
	e, err := readEnvironment()
	if err != nil {
		return nil, err
	}
	p := &problems{given: e.given}
	addresses := parseListenAddresses(p.at("WXAPP_LISTEN_ADDRESS"), e.ListenAddress)
	return addresses, p.err()
}

// parseCommon parses the settings that do not belong to an account.
func parseCommon(p *problems, e environment) Config {
	warnUnknownVariables(p, e.variables)
	return Config{
		Datasets:        parseDatasets(p, e),
		Dimensions:      parseList(p.at("WXAPP_DIMENSIONS"), e.Dimensions, wechat.Dimensions()),
		Top:             parseTop(p.at("WXAPP_TOP"), e.Top, defaultOf("WXAPP_TOP")),
		PollInterval:    parsePollInterval(p.at("WXAPP_POLL_INTERVAL"), e.PollInterval),
		PublishHour:     parsePublishHour(p.at("WXAPP_PUBLISH_HOUR"), e.PublishHour),
		RequestTimeout:  parseDuration(p.at("WXAPP_REQUEST_TIMEOUT"), e.RequestTimeout),
		MaxAge:          parseDuration(p.at("WXAPP_MAX_AGE"), e.MaxAge),
		StopTimeout:     parseStopTimeout(p.at("WXAPP_STOP_TIMEOUT"), e.StopTimeout),
		Replicas:        parseReplicas(p.at("WXAPP_REPLICAS"), e.Replicas),
		ListenAddresses: parseListenAddresses(p.at("WXAPP_LISTEN_ADDRESS"), e.ListenAddress),
		OTLP:            parseOTLP(p, e),
		TelemetryPath:   parseTelemetryPath(p.at("WXAPP_TELEMETRY_PATH"), e.TelemetryPath),
		ExternalURL:     parseExternalURL(p.at("WXAPP_EXTERNAL_URL"), e.ExternalURL, e.TelemetryPath),
		WebConfigFile:   checkWebConfigFile(p.at("WXAPP_WEB_CONFIG_FILE"), e.WebConfigFile),
		LocationInfo:    parseBool(p.at("WXAPP_LOCATION_INFO"), e.LocationInfo),
		LogLevel:        parseLogLevel(p.at("WXAPP_LOG_LEVEL"), e.LogLevel),
		LogFormat:       parseChoice(p.at("WXAPP_LOG_FORMAT"), e.LogFormat, "logfmt", "json"),
	}
}
