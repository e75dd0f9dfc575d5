#!/bin/sh
set -e

group=wxapp-exporter-config
if ! grep -q "^$group:" /etc/group; then
  groupadd --system "$group"
fi
chgrp "$group" /etc/wxapp-exporter

# It is not started the first time: there are no apps yet. After an upgrade, what runs is
# replaced.
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart wxapp-exporter.service
fi
