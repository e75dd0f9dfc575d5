#!/usr/bin/env bash
# promtool 2.42.0 (Debian 12): "check metrics" does not read OpenMetrics, though Prometheus asks its targets
# for it first and "tsdb create-blocks-from openmetrics" of the same program reads it. It misses the help of
# every counter, whose HELP line has no suffix there, and ends at a time with a fraction.
#
#   counter with help: a_total no help text
#   time with a fraction: error while linting: text format parsing error in line 3: expected integer as timestamp, got "1796041711.5"
#   create-blocks-from openmetrics: 0
#
# So checking what a target answers needs an Accept header for the old format, which is not the answer
# that Prometheus gets.
source "$(dirname "$0")/common.sh"
debian prometheus=2.42.0+ds-5+deb12u1
check() { usr/bin/promtool check metrics 2>&1 || true; }
seen 'counter with help' "$(printf '# HELP a Things.\n# TYPE a counter\na_total 1\n# EOF\n' | check)" 'a_total no help text'
printf '# HELP a Things.\n# TYPE a gauge\na 1 1796041711.5\n# EOF\n' >fraction.om
seen 'time with a fraction' "$(check <fraction.om)" \
  'error while linting: text format parsing error in line 3: expected integer as timestamp, got "1796041711.5"'
seen 'create-blocks-from openmetrics' "$(usr/bin/promtool tsdb create-blocks-from openmetrics fraction.om data >create.log; echo "$?")" 0
