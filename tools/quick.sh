#!/usr/bin/env bash
# Checks what was changed since the last commit, in the minute between two edits: go vet,
# the tests of the packages that changed and of those that import them, small and without
# the race detector, and the linter for the changed lines, once make lint has built it.
# It looks at the exporter's module only.
set -euo pipefail
cd "$(dirname "$0")/.."
begin=$SECONDS

# The folders of the changed files; of a file beside the code, such as testdata, the
# folder of the package that it belongs to.
folders=()
others=()
while IFS= read -r file; do
  case "$file" in
    dashboards/* | deploy/* | e2e/*) others+=("${file%%/*}") ;;
    .* | tools/* | Makefile) ;; # no test here reads them
    *)
      folder=$(dirname "$file")
      while ! compgen -G "$folder/*.go" >/dev/null && [ "$folder" != . ]; do
        folder=$(dirname "$folder")
      done
      folders+=("$folder")
      ;;
  esac
done < <(git diff --name-only --no-renames HEAD && git ls-files --others --exclude-standard)

for other in $(printf '%s\n' "${others[@]}" | sort -u); do
  echo "not tested here: $other has changed; run make ${other/deploy/packaging}"
done
if [ "${#folders[@]}" -eq 0 ]; then
  echo '--- quick: no package has changed'
  exit 0
fi

echo '--- go vet'
go vet ./...

# A package, a colon, and what it and its tests import.
imports=$(go list -f '{{.ImportPath}}: {{join .Imports " "}} {{join .TestImports " "}} {{join .XTestImports " "}} ' ./...)
module=$(go list -m)
declare -A changed packages
for folder in "${folders[@]}"; do
  package="$module${folder/#./}"
  [ "$folder" = . ] || package="$module/$folder"
  changed[$package]=1
done
for package in "${!changed[@]}"; do
  while IFS= read -r tested; do
    packages[$tested]=1
  done < <(grep -F -e " $package " -e "$package: " <<<"$imports" | cut -d: -f1)
done
echo "--- go test of ${#packages[@]} packages, ${#changed[@]} of them changed"
failed=0
if [ "${#packages[@]}" -gt 0 ]; then # none is left of a folder that was removed
  go test "${!packages[@]}" | { grep -v '\[no test' || true; } || failed=1
fi

if compgen -G "$(go env GOCACHE)/*/*-d/golangci-lint" >/dev/null; then
  echo '--- golangci-lint'
  mapfile -t unique < <(printf './%s\n' "${folders[@]}" | sort -u)
  go tool -modfile="$PWD/tools/go.mod" golangci-lint run --new-from-rev HEAD "${unique[@]}" || failed=1
else
  echo 'not linted: make lint builds the linter'
fi
echo "--- quick: $((SECONDS - begin)) s"
exit "$failed"
