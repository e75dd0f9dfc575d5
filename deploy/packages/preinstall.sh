#!/bin/sh
set -e

# Of the rpm, whose folder belongs to the group from the beginning: rpm -V compares the two.
group=wxapp-exporter-config
if ! grep -q "^$group:" /etc/group; then
  groupadd --system "$group"
fi
