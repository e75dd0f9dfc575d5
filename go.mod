module github.com/wxapp-exporter/wxapp_exporter

go 1.26.0
