#!/usr/bin/env bash
# Installs the Debian packages of the commands that are missing here.
#
#   tools/install-missing.sh COMMAND[:PACKAGE]...
#
# PACKAGE is needed where it is called otherwise than its command.
set -euo pipefail

packages=()
for wanted in "$@"; do
  command -v "${wanted%%:*}" >/dev/null || packages+=("${wanted##*:}")
done
[ "${#packages[@]}" -gt 0 ] || exit 0

echo "installing ${packages[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
