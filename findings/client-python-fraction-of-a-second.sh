#!/usr/bin/env bash
# client_python 0.16.0 (Debian 12): the OpenMetrics parser compares the nanoseconds of two times even
# when their seconds differ. A sample that is later, but earlier within its second, is refused.
#
#   whole seconds: 2 samples
#   10.9, then 11.1: ValueError: Timestamps went backwards within a group: a 2 11.1
#
# Whoever writes milliseconds into OpenMetrics cannot check it with this version of the parser.
source "$(dirname "$0")/common.sh"
debian python3-prometheus-client=0.16.0-0.1

read_samples() {
  PYTHONPATH=usr/lib/python3/dist-packages /usr/bin/python3 - "$1" <<'PYTHON'
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
text = "# TYPE a gauge\n" + sys.argv[1].replace(";", "\n") + "\n# EOF\n"
try:
    print(sum(len(f.samples) for f in text_string_to_metric_families(text)), "samples")
except ValueError as error:
    print("ValueError:", error)
PYTHON
}
seen 'whole seconds' "$(read_samples 'a 1 10;a 2 11')" '2 samples'
seen '10.9, then 11.1' "$(read_samples 'a 1 10.9;a 2 11.1')" 'ValueError: Timestamps went backwards within a group: a 2 11.1'
