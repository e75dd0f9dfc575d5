# shellcheck shell=bash
# What the scripts of this folder share; see CONTRIBUTING.md. It makes a temporary folder the current
# one, and at the end stops what was started and removes the folder.
set -euo pipefail

# shellcheck disable=SC2034 # some scripts have another part
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
started=()
tidy() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  chmod -R u+w "$folder"
  rm -rf "$folder"
}
trap tidy EXIT
cd "$folder"

# install_go PATH@VERSION [FLAG]...: installs a program into the folder.
install_go() { GOBIN=$folder go install "${@:2}" "$1" >install.log 2>&1 || { cat install.log >&2; return 1; }; }

# build_go PACKAGE MODULE@VERSION [FLAG]...: builds a program of a module that go install refuses.
build_go() {
  mkdir -p module
  (
    cd module
    [ -e go.mod ] || go mod init finding
    go get "$2"
    go build -mod=mod -o "$folder/" "${@:3}" "$1"
  ) >build.log 2>&1 || { cat build.log >&2; return 1; }
}

# debian PACKAGE=VERSION...: unpacks packages of Debian 12 into the folder.
debian() {
  apt-get download -qq "$@" 2>apt.log || { cat apt.log >&2; return 1; }
  local file
  for file in *.deb; do dpkg-deb -x "$file" .; done
}

# start COMMAND...: runs a program until the end of the script.
start() {
  "$@" >"${1##*/}.log" 2>&1 &
  started+=("$!")
}

# port: prints a port that is free now.
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# await COMMAND...: waits until it succeeds, for two minutes at most.
await() {
  local i
  for ((i = 0; i < 240; i++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.5
  done
  echo "did not happen: $*" >&2
  tail -n 5 ./*.log >&2
  return 1
}

# query URL EXPRESSION [NAME=VALUE]...: prints what a server with Prometheus' API answers.
query() {
  local name parameters=()
  for name in "${@:3}"; do parameters+=(--data-urlencode "$name"); done
  curl -sG --data-urlencode "query=$2" "${parameters[@]}" "$1"
}

# seen WHAT GOT WANT: prints what was seen, and ends the script when it is not what the finding says.
seen() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || { printf 'It was: %s\n' "$3" >&2; exit 1; }
}
