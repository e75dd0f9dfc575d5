package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v3"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

// maxWebConfigFile bounds the web configuration, in bytes.
const maxWebConfigFile = 1 << 20

var (
	lineBreak  = regexp.MustCompile(`\s*\n\s*`)
	quotedText = regexp.MustCompile("`[^`]*`|'[^']{2,}'")
)

// CheckWebConfig says whether the web configuration of a path encrypts, and what is wrong with
// it while the exporter runs. The error has a line for each mistake and shows no value.
func CheckWebConfig(path string) (encrypts bool, err error) {
	p := &problems{}
	checkWebConfigFile(p.at("WXAPP_WEB_CONFIG_FILE"), path)
	return readWebConfig(path).IsEnabled(), p.err()
}

// readWebConfig returns what a web configuration says of TLS, as far as that can be read.
func readWebConfig(path string) *web.TLSConfig {
	var config struct {
		TLS web.TLSConfig `yaml:"tls_server_config"`
	}
	if content, err := files.Read(path, maxWebConfigFile); err == nil {
		_ = yaml.Unmarshal(content, &config)
	}
	return &config.TLS
}

// checkWebConfigFile reports what is wrong with a web configuration, and returns its path.
func checkWebConfigFile(p position, path string) string {
	const remedy = "see the web configuration of the Prometheus exporter toolkit"
	if path == "" {
		return path
	}
	content, err := files.Read(path, maxWebConfigFile)
	if err != nil {
		p.errorf("%s %s; use a readable YAML file", shown(path), unreadable(err))
		return path
	}
	if !checkFilesOfWebConfig(p, path, content) {
		return path
	}
	if err := web.Validate(path); err != nil {
		text := reason(err)
		if strings.HasPrefix(text, "crypto/bcrypt:") {
			// bcrypt's own words may show the first letter of a password.
			text = "a password of basic_auth_users is not a bcrypt hash"
		}
		// The YAML library spreads its message over lines and quotes values.
		text = lineBreak.ReplaceAllString(text, " ")
		text = quotedText.ReplaceAllString(text, "a value")
		p.errorf("%s: %s; %s", shown(path), text, remedy)
	}
	return path
}

// checkFilesOfWebConfig refuses files that web.Validate would hang on. All other mistakes
// are for web.Validate to find.
func checkFilesOfWebConfig(p position, path string, content []byte) bool {
	var config struct {
		TLS struct {
			Certificate string `yaml:"cert_file"`
			Key         string `yaml:"key_file"`
			ClientCAs   string `yaml:"client_ca_file"`
		} `yaml:"tls_server_config"`
	}
	_ = yaml.Unmarshal(content, &config)
	ok := true
	for _, named := range []struct{ key, path string }{
		{"cert_file", config.TLS.Certificate},
		{"key_file", config.TLS.Key},
		{"client_ca_file", config.TLS.ClientCAs},
	} {
		if named.path == "" {
			continue
		}
		file := join(filepath.Dir(path), named.path)
		if _, err := files.Read(file, maxPEMFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			p.errorf("%s: %s: %s %s; use a readable file in PEM form", shown(path), named.key, shown(file), unreadable(err))
			ok = false
		}
	}
	return ok
}
