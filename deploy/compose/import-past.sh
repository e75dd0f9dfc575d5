#!/bin/sh
# Imports the files that `wxapp_exporter export --output` has written into the storage of a
# Prometheus that is not running. It does so once: a file in the storage marks it as done.
#
# Usage: import-past.sh FOLDER STORAGE
set -eu

done=$2/demo-past-imported
if [ -e "$done" ]; then
  echo 'The past is already in the storage.'
  exit 0
fi
for file in "$1"/*.om; do
  promtool tsdb create-blocks-from --quiet openmetrics "$file" "$2"
done
: > "$done"
