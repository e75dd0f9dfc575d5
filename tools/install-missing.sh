#!/usr/bin/env bash
# Names the Debian packages of the commands that are missing here, and fails. With CI=true
# it installs them.
#
#   tools/install-missing.sh COMMAND[:PACKAGE]...
#
# PACKAGE is given where its name is not that of the command.
set -euo pipefail

packages=()
for wanted in "$@"; do
  command -v "${wanted%%:*}" >/dev/null || packages+=("${wanted##*:}")
done
[ "${#packages[@]}" -gt 0 ] || exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
if [ "${CI:-}" != true ]; then
  {
    echo "missing: ${packages[*]}"
    echo "On Debian or Ubuntu: ${as_root[*]:+${as_root[*]} }apt-get install --no-install-recommends ${packages[*]}"
  } >&2
  exit 1
fi
echo "installing ${packages[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
