#!/usr/bin/env bash
# VictoriaMetrics 1.151.0: a point of OTLP gets neither "job" nor "instance" from service.name and
# service.instance.id, as the compatibility specification of OpenTelemetry wants and Prometheus does. All
# resource attributes become labels instead, with their dots, and so does the scope. Rules and dashboards
# that select by job find nothing.
#
#   labels: __name__ host.name scope.name scope.version service.instance.id service.name
#   users{job=~".+"}: 0 series
#   {__name__="users","service.name"="shop"}: 1 series
#
# -opentelemetry.usePrometheusNaming changes the dots only. Attributes named job and instance become the
# labels.
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
address=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$address" -search.latencyOffset=0s
await curl -sf "http://$address/health"

mkdir push
cat >push/main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"time"

	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/proto"
)

func attribute(key, value string) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: value}}}
}

func main() {
	point := &metrics.NumberDataPoint{TimeUnixNano: uint64(time.Now().UnixNano()), Value: &metrics.NumberDataPoint_AsInt{AsInt: 7}}
	message, err := proto.Marshal(&metrics.MetricsData{ResourceMetrics: []*metrics.ResourceMetrics{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{
			attribute("service.name", "shop"), attribute("service.instance.id", "shop-0"), attribute("host.name", "a"),
		}},
		ScopeMetrics: []*metrics.ScopeMetrics{{
			Scope:   &common.InstrumentationScope{Name: "counting"},
			Metrics: []*metrics.Metric{{Name: "users", Data: &metrics.Metric_Gauge{Gauge: &metrics.Gauge{DataPoints: []*metrics.NumberDataPoint{point}}}}},
		}},
	}}})
	if err != nil {
		panic(err)
	}
	answer, err := http.Post("http://"+os.Args[1]+"/opentelemetry/v1/metrics", "application/x-protobuf", bytes.NewReader(message))
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Status)
}
GO
(
  cd push
  go mod init finding
  go get go.opentelemetry.io/proto/otlp@v1.11.0
  go mod tidy
  go run . "$address"
) >push.log 2>&1

labels() { query "http://$address/api/v1/query" "$1" | grep -oP '"metric":\{\K[^}]+' | grep -oP '"[^"]+":' | tr -d '":' | paste -sd' '; }
count() { query "http://$address/api/v1/query" "$1" | grep -o '"metric"' | wc -l; }
there() { [ -n "$(labels users)" ]; }
await there
seen 'labels' "$(labels users)" '__name__ host.name scope.name scope.version service.instance.id service.name'
seen 'users{job=~".+"}' "$(count 'users{job=~".+"}') series" '0 series'
seen '{__name__="users","service.name"="shop"}' "$(count '{__name__="users","service.name"="shop"}') series" '1 series'
