#!/usr/bin/env bash
# Fails when make generate changes a file, and shows what it changed. Uncommitted changes
# do no harm: the files are compared with what they were before.
set -euo pipefail
cd "$(dirname "$0")/.."

# sums prints the checksums of all files that are text for users. A file that is new,
# changed or gone shows as a difference.
sums() {
  find . \( -name .git -o -path ./dist \) -prune -o -type f -regex '.*\.\(md\|json\|ya?ml\|txt\|txtar\|1\)\|./deploy/packages/default' -print0 | sort -z | xargs -0 sha256sum
}

before=$(sums)
make --no-print-directory generate
after=$(sums)
[ "$before" != "$after" ] || exit 0

changed=$(diff <(echo "$before") <(echo "$after") | sed -n 's/^[<>] [0-9a-f]*  //p' | sort -u || true)
echo 'These files were stale. make generate has updated them; commit them:'
echo "$changed"
mapfile -t files <<<"$changed"
git --no-pager diff -- "${files[@]}" || true
exit 1
