#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a version, and fails if it says nothing.
set -euo pipefail

awk -v version="${1#v}" '
  /^## / { shown = $2 == version; next }
  shown { print; if (NF) found = 1 }
  END { exit !found }
' "$(dirname "$0")/../CHANGELOG.md"
