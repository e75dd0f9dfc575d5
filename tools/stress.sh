#!/usr/bin/env bash
# Runs the tests of the exporter's module five times on a busy machine: with the race
# detector, in random order, while two busy loops run on each core. It takes a while and
# is run by hand before a release, not in CI. A test that fails here depends on the load
# of the machine. TEST_SIZE=full makes the tests of long times and many apps large.
#
#   tools/stress.sh [PACKAGE]...    by default ./...
set -euo pipefail
cd "$(dirname "$0")/.."

readonly runs=5
packages=("$@")
[ "$#" -gt 0 ] || packages=(./...)

folder=$(mktemp -d)
loops=()
cleanup() {
  [ "${#loops[@]}" -eq 0 ] || kill "${loops[@]}" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for ((i = 0; i < 2 * $(nproc); i++)); do
  # A loop ends with this script, however that ends.
  (trap - EXIT INT TERM; while kill -0 $$ 2>/dev/null; do :; done) &
  loops+=($!)
done
echo "${#loops[@]} busy loops on $(nproc) cores"

failed=0
summary=()
for ((run = 1; run <= runs; run++)); do
  echo "--- run $run of $runs"
  begin=$SECONDS
  result=ok
  go test -race -shuffle=on -count=1 -timeout 60m "${packages[@]}" 2>&1 | tee "$folder/log" || result=FAILED
  summary+=("run $run: $result, $((SECONDS - begin)) s")
  [ "$result" != ok ] || continue
  failed=$((failed + 1))
  while IFS= read -r line; do
    summary+=("    $line")
  done < <(grep -E '^[[:space:]]*--- FAIL: |^FAIL[[:space:]]+[^[:space:]]|^panic: |WARNING: DATA RACE|^-test.shuffle' "$folder/log" || true)
done

echo '--- summary'
printf '%s\n' "${summary[@]}"
echo "$failed of $runs runs failed"
[ "$failed" -eq 0 ]
