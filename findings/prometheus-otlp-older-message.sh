#!/usr/bin/env bash
# Prometheus 3.16.0: a message of OTLP that is older than an earlier one of the same resource is refused as
# out of order, though it has only series that did not exist. Each message brings a sample of target_info
# at its time, and that one is out of order.
#
#   users at 12:00:05: 200
#   sessions at 12:00:00: 400 out of order sample
#   sessions stored: 
#   sessions of another resource: 200
#
# So two messages that overtake each other, as those of an agent with several senders do, lose one.
source "$(dirname "$0")/common.sh"
# shellcheck source=prometheus-otlp.sh
source "$here/prometheus-otlp.sh"
now=$(date +%s%N)
resource() { echo "$(attribute service.name "$1"),$(attribute service.instance.id i),$(attribute host.name h)"; }
seen 'users at 12:00:05' "$(push "$(resource a)" "{\"metrics\":[$(gauge users "$now" 1)]}")" 200
before=$((now - 5000000000))
seen 'sessions at 12:00:00' "$(push "$(resource a)" "{\"metrics\":[$(gauge sessions "$before" 1)]}")" '400 out of order sample'
seen 'sessions stored' "$(stored sessions)" ''
seen 'sessions of another resource' "$(push "$(resource b)" "{\"metrics\":[$(gauge sessions "$before" 1)]}")" 200
