#!/usr/bin/env bash
# client_golang 1.25.0 and client_python 0.16.0 (Debian 12): what promhttp serves as OpenMetrics for
# the collector of the Go runtime is refused by the format's reference parser. The gauge
# go_memstats_alloc_bytes and the counter go_memstats_alloc_bytes_total are one family there, because a
# counter is named without its suffix.
#
#   TYPE lines: # TYPE go_memstats_alloc_bytes gauge, # TYPE go_memstats_alloc_bytes counter
#   parser: ValueError: Received metadata after samples: # HELP go_memstats_alloc_bytes ...
#
# Prometheus reads it, so nobody notices until another reader comes.
source "$(dirname "$0")/common.sh"
debian python3-prometheus-client=0.16.0-0.1
mkdir server
cat >server/main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func main() {
	request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	request.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(prometheus.DefaultGatherer, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(answer, request)
	fmt.Print(answer.Body)
}
GO
(
  cd server
  go mod init finding
  go get github.com/prometheus/client_golang@v1.25.0
  go mod tidy
) >server.log 2>&1
(cd server && go run .) >metrics.txt

seen 'TYPE lines' "$(grep '^# TYPE go_memstats_alloc_bytes ' metrics.txt | paste -sd, | sed 's/,/, /')" \
  '# TYPE go_memstats_alloc_bytes gauge, # TYPE go_memstats_alloc_bytes counter'
refused=$(PYTHONPATH=usr/lib/python3/dist-packages /usr/bin/python3 - <<'PYTHON'
from prometheus_client.openmetrics.parser import text_string_to_metric_families
try:
    print(len(list(text_string_to_metric_families(open("metrics.txt").read()))), "families")
except ValueError as error:
    print("ValueError:", " ".join(str(error).split()[:7]), "...")
PYTHON
)
seen 'parser' "$refused" 'ValueError: Received metadata after samples: # HELP go_memstats_alloc_bytes ...'
