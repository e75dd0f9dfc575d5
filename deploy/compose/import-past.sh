#!/bin/sh
# Imports the files that `wxapp_exporter export --output` wrote into the storage of a Prometheus
# that does not run. It does so once: a file in the storage tells that it was done.
#
# Usage: import-past.sh FOLDER STORAGE
set -eu

done=$2/demo-past-imported
if [ -e "$done" ]; then
  echo 'The past is in the storage already.'
  exit 0
fi
for file in "$1"/*.om; do
  promtool tsdb create-blocks-from --quiet openmetrics "$file" "$2"
done
: > "$done"
