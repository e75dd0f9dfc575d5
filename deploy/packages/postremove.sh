#!/bin/sh
set -e

# The archive in /var/lib/wxapp-exporter stays in any case: WeChat does not answer for its
# days any more.
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
if [ "$1" = purge ] && grep -q '^wxapp-exporter-config:' /etc/group; then
  groupdel wxapp-exporter-config
fi
