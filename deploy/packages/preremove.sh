#!/bin/sh
set -e

# deb says remove, rpm the number of versions that are left.
if [ "$1" = remove ] || [ "$1" = 0 ]; then
  if [ -d /run/systemd/system ]; then
    systemctl disable --now wxapp-exporter.service wxapp-exporter.socket
  fi
fi
