"""``make bench``: figures on a million rows beside reviewed statements; prints ratios, writes bench/results.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import company, deliveries, pairs, sync
from bench.questions import QUESTIONS

RESULTS = Path(__file__).parent / "results.json"
LIMIT = 1.3
PACKAGES = ("duckdb", "ibis-framework", "pyarrow", "sqlglot")


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def main() -> int:
    """Exit status 1 when a figure takes more than `LIMIT` times its baseline with ``--strict``."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows per fact table")
    parser.add_argument("--pairs", type=int, default=pairs.PAIRS, help="interleaved pairs per question")
    parser.add_argument("--only", nargs="*", default=[], help="metrics to measure; all by default")
    parser.add_argument("--strict", action="store_true", help=f"fail above {LIMIT}")
    given = parser.parse_args()
    asked = [one for one in QUESTIONS if not given.only or one.metric in given.only]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        warehouse = company.opened(folder / "company")
        print(f"{given.rows:,} rows per table are being delivered …", flush=True)
        built = pairs.seconds(lambda: company.deliver(warehouse, given.rows))
        print(f"delivered and derived in {built:.0f} s\n")
        print(f"{'metric':26}{'by':12}{'rows':>6}{'baseline':>10}{'engine':>9}{'first':>9}{'ratio':>8}")
        measured = []
        for one in asked:
            found = pairs.measure(one, warehouse, given.pairs)
            measured.append(found)
            times = f"{found.baseline * 1000:8.0f}ms{found.engine * 1000:7.0f}ms{found.first * 1000:7.0f}ms"
            mark = "" if found.ratio <= LIMIT else f"  above {LIMIT}"
            print(f"{found.metric:26}{found.by:12}{found.rows:6}{times}{found.ratio:8.2f}{mark}", flush=True)
        warehouse.close()
        delivered = deliveries.measure(folder / "deliveries", given.rows)
        fetched = sync.measure(folder / "sync", given.rows)
    print(f"\n{'delivery of sales lines':38}{'rows':>10}{'plain':>9}{'cockpit':>9}{'ratio':>8}")
    for step in delivered:
        print(f"{step.step:38}{step.rows:10,}{step.baseline:8.2f}s{step.engine:8.2f}s{step.ratio:8.1f}")
    print(f"\n{'sync of sales lines (PostgreSQL)':38}{'rows':>10}{'bare':>9}{'cockpit':>9}{'ratio':>8}{'limit':>8}")
    for run in fetched:
        bare = "–" if run.baseline is None else f"{run.baseline:.2f}s"
        ratio = "–" if run.ratio is None else f"{run.ratio:.1f}"
        print(f"{run.step:38}{run.rows:10,}{bare:>9}{run.engine:8.2f}s{ratio:>8}{run.limit:8.1f}")
    results = {
        "machine": machine(),
        "rows": given.rows,
        "pairs": given.pairs,
        "limit": LIMIT,
        "build_seconds": round(built, 2),
        "metrics": [asdict(found) for found in measured],
        "deliveries": [asdict(step) | {"ratio": step.ratio} for step in delivered],
        "sync": [asdict(run) | {"ratio": run.ratio} for run in fetched],
    }
    if not given.only:
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
        print(f"\nwritten to {RESULTS.relative_to(Path(__file__).parent.parent)}")
    slow = any(found.ratio > LIMIT for found in measured) or not all(run.holds for run in fetched)
    return int(given.strict and slow)


if __name__ == "__main__":
    sys.exit(main())
