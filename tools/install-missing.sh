#!/usr/bin/env bash
# Installs the Debian packages of the commands that are missing here, if it may: as root, or
# with a sudo that needs no password. Otherwise it names the one command to run, and fails.
#
#   tools/install-missing.sh COMMAND[:PACKAGE[|PACKAGE]...]...
#
# COMMAND may be the path of a file, for a package without a command.
# PACKAGE is given where its name is not that of the command; of several, the first that apt
# knows is installed.
set -euo pipefail

missing=()
for wanted in "$@"; do
  [ -e "${wanted%%:*}" ] || command -v "${wanted%%:*}" >/dev/null || missing+=("$wanted")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

# choose sets packages, and fails when apt does not know one of them.
choose() {
  packages=()
  local wanted name names known unknown=0
  for wanted in "${missing[@]}"; do
    IFS='|' read -ra names <<<"${wanted##*:}"
    known=''
    for name in "${names[@]}"; do
      [ -n "$known" ] || ! apt-cache show "$name" >/dev/null 2>&1 || known=$name
    done
    [ -n "$known" ] || unknown=1
    packages+=("${known:-${names[0]}}")
  done
  return "$unknown"
}

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
if ! command -v apt-get >/dev/null || { [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; }; then
  choose || true
  sudo=${as_root[*]:+sudo }
  {
    echo "missing: ${packages[*]}"
    echo "On Debian or Ubuntu: ${sudo}apt-get update && ${sudo}apt-get install --no-install-recommends ${packages[*]}"
  } >&2
  exit 1
fi

# Another apt-get, such as that of the automatic updates, may hold a lock for a while.
patience=600
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o "DPkg::Lock::Timeout=$patience" "$@" </dev/null 2>&1
}

# update waits for the lock of the lists itself: apt-get waits for those of dpkg only.
update() {
  local log
  until log=$(apt_get update); do
    if [[ $log != *lock* ]] || [ "$SECONDS" -gt "$patience" ]; then
      echo "$log" >&2
      exit 1
    fi
    sleep 5
  done
}

updated=false
choose || { update; updated=true; choose || true; }
echo "installing ${packages[*]}"
install() { log=$(apt_get install --no-install-recommends "${packages[@]}"); }
# The lists may be so old that they name files which are gone.
if ! install && { "$updated" || ! { update; install; }; }; then
  echo "$log" >&2
  exit 1
fi
