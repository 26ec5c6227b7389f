"""`python -m cockpit`: hands the sources and the sample company to the command line."""

from __future__ import annotations

import sys

from cockpit.cli import main
from connectors import CONNECTORS
from sample_data import SAMPLE

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], CONNECTORS, SAMPLE))
