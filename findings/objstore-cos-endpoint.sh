#!/usr/bin/env bash
# Thanos' object storage (github.com/thanos-io/objstore of 2025-08-04): "endpoint" and "bucket" stand in the
# YAML of both kinds. For S3, the endpoint is the service, and the bucket is a part of what is asked for.
# For COS, the endpoint is the bucket's own address; bucket, region and app_id beside it are not used and
# not refused.
#
#   S3, bucket logs: PUT /logs/a
#   COS, bucket logs: PUT /a
#
# Who writes the endpoint of the region, as for S3, talks to no bucket.
source "$(dirname "$0")/common.sh"
mkdir put
cat >put/main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/go-kit/log"
	"github.com/thanos-io/objstore"
	"github.com/thanos-io/objstore/providers/cos"
	"github.com/thanos-io/objstore/providers/s3"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			fmt.Println(r.Method, r.URL.Path)
		}
	}))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	put(s3.NewBucket(log.NewNopLogger(), []byte("{endpoint: '"+address+"', bucket: logs, region: r, access_key: a, secret_key: b, insecure: true}"), "test", nil))
	put(cos.NewBucket(log.NewNopLogger(), []byte("{endpoint: '"+server.URL+"', bucket: logs, region: r, app_id: '1', secret_id: a, secret_key: b}"), "test", nil))
}

func put[B objstore.Bucket](bucket B, err error) {
	if err == nil {
		err = bucket.Upload(context.Background(), "a", strings.NewReader("content"))
	}
	if err != nil {
		fmt.Println(err)
	}
}
GO
(
  cd put
  go mod init finding
  go get github.com/thanos-io/objstore@v0.0.0-20250804093838-71d60dfee488
  go mod tidy
) >put.log 2>&1 || { cat put.log >&2; exit 1; }
(cd put && go run .) >asked.log
seen 'S3, bucket logs' "$(sed -n 1p asked.log)" 'PUT /logs/a'
seen 'COS, bucket logs' "$(sed -n 2p asked.log)" 'PUT /a'
