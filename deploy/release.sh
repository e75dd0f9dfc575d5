#!/usr/bin/env bash
# Builds all files of a release that one machine can build, into dist/: an archive for every
# platform, deb and rpm packages, the dashboards, the Helm chart, the list of contents (SBOM) and
# checksums. The same commit and version give the same archives and packages, bit by bit; the chart
# and the list of contents hold the time at which they were made.
#
#   deploy/release.sh [VERSION [OS/ARCH...]]
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:-$(git describe --tags --always --dirty)}
version=${version#v}
platforms=("${@:2}")
[ "${#platforms[@]}" -gt 0 ] || platforms=(
  linux/amd64 linux/arm64 linux/arm/v7 linux/riscv64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
)
[[ ${platforms[*]} != *windows* ]] || tools/install-missing.sh zip
date=$(git log -1 --format=%cI)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) # nfpm reads it
export SOURCE_DATE_EPOCH
common=github.com/prometheus/common/version
ldflags="-s -w -X $common.Version=$version -X $common.Revision=$(git rev-parse HEAD)
  -X $common.Branch=$(git rev-parse --abbrev-ref HEAD) -X $common.BuildDate=$date"
# A version that is none, as between two releases, still has to be one for dpkg and Helm.
numeric=$version
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+ ]] || numeric=0.0.0-$version

rm -rf dist
mkdir -p dist/build

# archive puts files into an archive in which nothing depends on when and by whom it is made.
archive() {
  local name=$1 folder=$2
  tar --create --directory "$folder" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --mode='u+rwX,go+rX,go-w' "${@:3}" | gzip -n >"dist/$name.tar.gz"
}

echo '--- commands'
go build -o dist/build/here .
mkdir dist/build/shared
for shell in bash zsh fish; do
  dist/build/here completion "$shell" >"dist/build/shared/completion.$shell"
done
gzip -9nc deploy/packages/wxapp_exporter.1 >dist/build/shared/wxapp_exporter.1.gz
gzip -9nc CHANGELOG.md >dist/build/shared/changelog.gz

for platform in "${platforms[@]}"; do
  echo "--- $platform"
  IFS=/ read -r os arch variant <<<"$platform"
  name=wxapp_exporter-$version.$os-$arch$variant
  folder=dist/build/$name
  mkdir "$folder"
  cp -r README.md README.zh-CN.md CHANGELOG.md LICENSE dist/build/shared/{completion.*,wxapp_exporter.1.gz} "$folder"
  binary=wxapp_exporter
  [ "$os" != windows ] || binary+=.exe
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOARM=${variant#v} \
    go build -trimpath -buildvcs=false -ldflags "$ldflags" -o "$folder/$binary" .
  find "$folder" -exec touch --date="@$SOURCE_DATE_EPOCH" {} +
  if [ "$os" = windows ]; then
    (cd dist/build && find "$name" | sort | TZ=UTC zip --quiet -X "../$name.zip" -@)
  else
    archive "$name" dist/build "$name"
  fi
  if [ "$os" = linux ]; then
    for packager in deb rpm; do
      (cd deploy && VERSION=$numeric ARCH=$arch${variant#v} BUILD=../$folder SHARED=../dist/build/shared \
        go tool nfpm package --config packages/nfpm.yaml --packager "$packager" --target ../dist/)
    done
  fi
done

echo '--- dashboards, chart, contents'
mapfile -t boards < <(cd dashboards && printf '%s\n' ./*.json ./rules/*.yml ./alerting/*.yaml)
archive "wxapp_exporter-$version.dashboards" dashboards "${boards[@]}"
(cd deploy && go run ./pack helm/wxapp-exporter "$numeric" "$version" ../dist)
# What is in the program is the same on all platforms, but for a few modules of Windows.
go tool -modfile=tools/go.mod cyclonedx-gomod bin -json -licenses -assert-licenses -noserial -version "v$numeric" \
  -output "dist/wxapp_exporter-$version.cdx.json" "dist/build/$name/$binary"

(cd dist && find . -maxdepth 1 -type f -printf '%P\n' | sort | xargs sha256sum >build/sha256sums.txt && mv build/sha256sums.txt .)
ls -l dist
