module github.com/wxapp-exporter/wxapp_exporter/e2e/consumers

go 1.26.7

require (
	github.com/prometheus/client_model v0.6.3
	github.com/prometheus/common v0.73.1
	github.com/wxapp-exporter/wxapp_exporter v0.0.0-00010101000000-000000000000
	github.com/wxapp-exporter/wxapp_exporter/e2e v0.0.0-00010101000000-000000000000
	go.yaml.in/yaml/v3 v3.0.6
)

require (
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/pandatix/go-abnf v0.5.3 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace (
	github.com/wxapp-exporter/wxapp_exporter => ../..
	github.com/wxapp-exporter/wxapp_exporter/e2e => ..
)
