package main

import (
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/config"
)

const defaultHead = `# Settings of the service wxapp-exporter. To try it with made-up Mini Programs instead, run
# wxapp_exporter demo.
#
# One Mini Program: write its AppSecret into /etc/wxapp-exporter/secret, which only root can read,
# and set these two. systemd hands the secret over; after a change, restart the service.
#
#   WXAPP_APPID=wx0123456789abcdef
#   WXAPP_SECRET_FILE=/run/credentials/wxapp-exporter.service/secret
#
# Many: write the apps file. Changes take effect within seconds. Its group has to be
# wxapp-exporter-config, which the service may read, and so has that of the secret files it names.
#
#   WXAPP_APPS_FILE=/etc/wxapp-exporter/apps.yml
#
# WXAPP_ARCHIVE is /var/lib/wxapp-exporter. Then: systemctl enable --now wxapp-exporter

`

// defaults returns /etc/default/wxapp-exporter of the packages, with every setting commented
// out.
func defaults(string) (map[string][]byte, error) {
	var file strings.Builder
	file.WriteString(defaultHead)
	for _, setting := range config.Settings() {
		for _, line := range arguments.Wrap(setting.English, 98) {
			file.WriteString("# " + line + "\n")
		}
		value := setting.Default
		if setting.Name == "WXAPP_ARCHIVE" {
			value = "/var/lib/wxapp-exporter"
		}
		file.WriteString("#" + setting.Name + "=" + value + "\n\n")
	}
	return map[string][]byte{"packages/default": []byte(strings.TrimSuffix(file.String(), "\n"))}, nil
}
