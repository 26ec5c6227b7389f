"""``make bench``: figures on a million rows beside reviewed statements; prints ratios, writes bench/results.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import cause, company, deliveries, loading, pages, pairs, people, readers, scopes, sync
from bench.questions import QUESTIONS
from cockpit.metrics import METRICS

RESULTS = Path(__file__).parent / "results.json"
LIMIT = 1.3
SECTIONS = ("metrics", "large", "scope", "cause", "people", "pages", "deliveries", "loading", "sync")
LARGE = ("approval_cycle_time", "inventory_turnover_days", "revenue", "reconciled_rate")
LARGER = 10  # times as many rows for those
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


def measure_metrics(folder: Path, rows: int, turns: int, only: Sequence[str]) -> tuple[float, list[pairs.Measured]]:
    """Seconds of building the company, and the questions asked of it: those of `only`, all where it is empty."""
    asked = [one for one in QUESTIONS if not only or one.metric in only]
    sources = [METRICS[one.metric].sources for one in asked]
    tables = sorted({table for named in sources for table in named}) if all(sources) else []
    warehouse = company.opened(folder)
    print(f"\n{rows:,} rows per table are being delivered …", flush=True)
    built = pairs.seconds(lambda: company.build(warehouse, rows, tables))
    print(f"delivered and derived in {built:.0f} s\n")
    print(f"{'metric':29}{'by':15}{'rows':>6}{'baseline':>10}{'engine':>9}{'first':>9}{'ratio':>8}")
    measured = []
    for one in asked:
        found = pairs.measure(one, warehouse, turns)
        measured.append(found)
        times = f"{found.baseline * 1000:8.0f}ms{found.engine * 1000:7.0f}ms{found.first * 1000:7.0f}ms"
        print(f"{found.metric:29}{found.by or '–':15}{found.rows:6}{times}{_judged(found.ratio, LIMIT)}", flush=True)
    warehouse.close()
    return built, measured


def measure_scope(folder: Path, rows: int, turns: int, only: Sequence[str]) -> list[scopes.Scoped]:
    warehouse = company.opened(folder)
    company.build(warehouse, rows)
    print(f"\n{'metric under a scope':29}{'limited by':12}{'everything':>12}{'scoped':>9}{'first':>9}{'ratio':>8}")
    measured = scopes.measure(warehouse, turns, tuple(only))
    for one in measured:
        times = f"{one.everything * 1000:10.0f}ms{one.scoped * 1000:7.0f}ms{one.first * 1000:7.0f}ms"
        print(f"{one.metric:29}{one.dimension:12}{times}{_judged(one.ratio, one.limit)}", flush=True)
    warehouse.close()
    return measured


def measure_cause(folder: Path, rows: int, turns: int, only: Sequence[str]) -> list[cause.Explained]:
    print(f"\n{rows:,} rows per table are being delivered …", flush=True)
    warehouse = company.opened(folder)
    company.build(warehouse, rows, cause.tables(only))
    explained = cause.measure(warehouse, turns, only)
    warehouse.close()
    print(f"{'cause of a warning of':38}{'causes':>6}{'baseline':>10}{'cockpit':>9}{'first':>9}{'ratio':>8}")
    for one in explained:
        times = f"{one.baseline * 1000:8.0f}ms{one.engine * 1000:7.0f}ms{one.first * 1000:7.0f}ms"
        print(f"{one.metric:38}{one.causes:6}{times}{_judged(one.ratio, one.limit)}", flush=True)
    return explained


def measure_pages(folder: Path, turns: int) -> tuple[list[pages.Shown], readers.Read] | None:
    """Pages of the sample company, and readers of them."""
    if pages.chromium() is None:
        print("\npages: skipped, there is no Chromium on this machine")
        return None
    print("\nthe sample company is being made …", flush=True)
    with pages.opened(pages.sample(folder / "sample"), folder / "site") as (running, session):
        print(f"{'warm pages in Chromium':38}{'empty':>10}{'page':>9}{'over':>9}{'at rest':>9}")
        shown = pages.measure(running, session, folder, turns)
        for one in shown:
            mark = "" if one.holds else f"  above {one.limit * 1000:.0f}ms"
            times = f"{one.empty * 1000:8.0f}ms{one.page * 1000:7.0f}ms{one.over * 1000:7.0f}ms{one.rest * 1000:7.0f}ms"
            print(f"{one.step:38}{times}{mark}", flush=True)
        read = readers.measure(running, session)
    print(f"{'readers, each thinking':38}{'looks':>10}{'median':>9}{'p95':>9}{'longest':>9}")
    times = f"{read.looks:10}{read.median * 1000:7.0f}ms{read.p95 * 1000:7.0f}ms{read.longest * 1000:7.0f}ms"
    mark = "" if read.holds else f"  above {read.limit * 1000:.0f}ms"
    print(f"{f'{read.readers}, {read.think:g} s':38}{times}{mark}", flush=True)
    return shown, read


def measure_people(folder: Path, rows: int, turns: int) -> list[people.Step]:
    print(f"\n{'people on a warm page':38}{'step':>10}{'page':>9}{'share':>9}")
    steps = people.measure(folder, rows, turns)
    for one in steps:
        mark = "" if one.holds else f"  above {one.limit:.0%}"
        print(f"{one.step:38}{one.taken * 1000:8.2f}ms{one.page * 1000:7.0f}ms{one.share:9.1%}{mark}", flush=True)
    return steps


def measure_deliveries(folder: Path, rows: int) -> list[deliveries.Delivered]:
    print(f"\n{'delivery of sales lines':38}{'rows':>10}{'beside':>9}{'cockpit':>9}{'ratio':>8}")
    delivered = deliveries.measure(folder, rows)
    for step in delivered:
        times = f"{step.baseline:8.2f}s{step.engine:8.2f}s"
        print(f"{step.step:38}{step.rows:10,}{times}{_judged(step.ratio, step.limit)}", flush=True)
    return delivered


def measure_loading(folder: Path) -> loading.Loaded | None:
    print(f"\n{'loading a workbook':38}{'rows':>10}{'bare':>9}{'cockpit':>9}{'ratio':>8}")
    found = loading.measure(folder)
    if found is None:
        print(f"skipped: {loading.FILE} is not there (SHARED_DATA)")
        return None
    times = f"{found.baseline:8.2f}s{found.engine:8.2f}s"
    print(f"{found.file:38}{found.rows:10,}{times}{_judged(found.ratio, found.limit)}")
    print(f"{'pandas with openpyxl':38}{found.pandas_rows:10,}{'':9}{found.pandas:8.2f}s")
    for name, peak in (("largest process", found.largest), ("all processes", found.together)):
        if peak is not None:
            mark = "" if peak <= loading.MEMORY_LIMIT else f"  above {loading.MEMORY_LIMIT}"
            print(f"{f'memory of the load, {name}':57}{peak:8.2f}GB{mark}")
    return found


def measure_sync(folder: Path, rows: int) -> list[sync.Fetched]:
    print(f"\n{'sync of sales lines (PostgreSQL)':38}{'rows':>10}{'bare':>9}{'cockpit':>9}{'ratio':>8}")
    fetched = sync.measure(folder, rows)
    for run in fetched:
        bare, ratio = ("–", "–") if run.ratio is None else (f"{run.baseline:.2f}s", f"{run.ratio:.2f}")
        mark = "" if run.holds else f"  above {run.limit:g}"
        print(f"{run.step:38}{run.rows:10,}{bare:>9}{run.engine:8.2f}s{ratio:>8}{mark}", flush=True)
    return fetched


def _judged(ratio: float, limit: float) -> str:
    return f"{ratio:8.2f}" + ("" if ratio <= limit else f"  above {limit:g}")


def main() -> int:
    """Exit status 1 when something takes more than its limit allows with ``--strict``."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows per fact table")
    parser.add_argument("--pairs", type=int, default=pairs.PAIRS, help="interleaved pairs per question")
    parser.add_argument("--only", nargs="*", default=[], help="metrics to measure; all by default")
    parser.add_argument("--sections", nargs="*", default=SECTIONS, choices=SECTIONS, help="all by default")
    parser.add_argument("--strict", action="store_true", help="fail above a limit")
    given = parser.parse_args()
    results: dict[str, object] = {"machine": machine(), "rows": given.rows, "pairs": given.pairs, "limit": LIMIT}
    holds: list[bool] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if "metrics" in given.sections:
            built, measured = measure_metrics(folder / "company", given.rows, given.pairs, given.only)
            results |= {"build_seconds": round(built, 2), "metrics": [asdict(found) for found in measured]}
            holds += [found.ratio <= LIMIT for found in measured]
        asked = [name for name in LARGE if not given.only or name in given.only]
        if "large" in given.sections and asked:
            built, measured = measure_metrics(folder / "large", given.rows * LARGER, given.pairs, asked)
            results |= {"large_build_seconds": round(built, 2), "large_metrics": [asdict(found) for found in measured]}
            holds += [found.ratio <= LIMIT for found in measured]
        if "scope" in given.sections:
            scoped = measure_scope(folder / "scope", given.rows, given.pairs, given.only)
            results["scope"] = [asdict(one) for one in scoped]
            holds += [one.ratio <= one.limit for one in scoped]
        explainable = [name for name in cause.WARNINGS if not given.only or name in given.only]
        if "cause" in given.sections and explainable:
            explained = measure_cause(folder / "cause", given.rows * LARGER, given.pairs, explainable)
            results["cause"] = [asdict(one) for one in explained]
            holds += [one.ratio <= one.limit for one in explained]
        if "people" in given.sections:
            steps = measure_people(folder / "people", given.rows // 10, given.pairs)
            results["people"] = [asdict(one) | {"share": one.share} for one in steps]
            holds += [one.holds for one in steps]
        if "pages" in given.sections and (found := measure_pages(folder / "pages", given.pairs)):
            shown, read = found
            results |= {"pages": [asdict(one) for one in shown], "readers": asdict(read)}
            holds += [*(one.holds for one in shown), read.holds]
        if "deliveries" in given.sections:
            delivered = measure_deliveries(folder / "deliveries", given.rows)
            results["deliveries"] = [asdict(step) for step in delivered]
            holds += [step.ratio <= step.limit for step in delivered]
        if "loading" in given.sections:
            loaded = measure_loading(folder / "loading")
            results["loading"] = asdict(loaded) if loaded else None
            holds += [loaded.ratio <= loaded.limit] if loaded else []
        if "sync" in given.sections:
            fetched = measure_sync(folder / "sync", given.rows)
            results["sync"] = [asdict(run) | {"ratio": run.ratio} for run in fetched]
            holds += [run.holds for run in fetched]
    if not given.only and set(given.sections) == set(SECTIONS):
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
        print(f"\nwritten to {RESULTS.relative_to(Path(__file__).parent.parent)}")
    return int(given.strict and not all(holds))


if __name__ == "__main__":
    sys.exit(main())
