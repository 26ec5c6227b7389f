"""`python -m cockpit`: hands the sources and the sample company to the command line."""

from __future__ import annotations

import signal
import sys

from cockpit.cli import main
from connectors import CONNECTORS
from sample_data import SAMPLE

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stop from outside ends like Ctrl-C
    sys.exit(main(sys.argv[1:], CONNECTORS, SAMPLE))
