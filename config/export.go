package config

import "github.com/wxapp-exporter/wxapp_exporter/wechat"

// ReadExport reads the settings that an export of the archive depends on: those of the
// archive, and those that say what is shown of an answer. All others are ignored, even
// wrong ones: an archive can be exported on any machine. The apps are there for their
// names only, and none where they cannot be read.
func ReadExport() (Config, []string, error) {
	e, err := readEnvironment()
	if err != nil {
		return Config{}, nil, err
	}
	return readExport(e)
}

func readExport(e environment) (Config, []string, error) {
	p := &problems{given: e.given}
	warnUnknownVariables(p, e.variables)
	c := Config{
		Shard:        parseShard(p, e),
		Archive:      parseArchive(p, e),
		Datasets:     parseDatasets(p, e),
		Dimensions:   parseList(p.at("WXAPP_DIMENSIONS"), e.Dimensions, wechat.Dimensions()),
		Top:          parseTop(p.at("WXAPP_TOP"), e.Top, defaultOf("WXAPP_TOP")),
		MaxAge:       parseDuration(p.at("WXAPP_MAX_AGE"), e.MaxAge),
		LocationInfo: parseBool(p.at("WXAPP_LOCATION_INFO"), e.LocationInfo),
	}
	ignored := &problems{given: e.given}
	c.Apps, _ = readApps(ignored, e, appsFile{path: e.AppsFile, tokenEndpoint: TokenEndpoint(e.TokenEndpoint), otherApp: e.AppID})
	if err := p.err(); err != nil {
		return Config{}, p.allWarnings(), err
	}
	return c, p.allWarnings(), nil
}
