"""Whether everything is as it should be: settings, disk, kept files, and the warehouse against itself."""

from __future__ import annotations

import os
import shutil

from cockpit.service.reports import Check, DoctorReport
from cockpit.settings import Settings
from cockpit.warehouse.store import Warehouse

LEAST_FREE_SHARE = 0.10
LEAST_FREE_BYTES = 2 << 30


def examine(warehouse: Warehouse, settings: Settings, rebuild: bool) -> DoctorReport:
    """All checks; `rebuild` adds the full computation of every current and derived table, compared row by row."""
    checks = [_home(settings), _disk(settings), _version(warehouse), _uploads(warehouse, settings)]
    if rebuild:
        differing = {name: rows for name, rows in warehouse.verify().items() if rows}
        facts = {"tables": ", ".join(sorted(differing)) or "—", "rows": sum(differing.values())}
        checks.append(Check("rebuild", not differing, facts))
    return DoctorReport(tuple(checks))


def _home(settings: Settings) -> Check:
    return Check("home", os.access(settings.home, os.W_OK), {"path": str(settings.home)})


def _disk(settings: Settings) -> Check:
    usage = shutil.disk_usage(settings.home)
    enough = usage.free >= LEAST_FREE_BYTES or usage.free / usage.total >= LEAST_FREE_SHARE
    return Check("disk", enough, {"free_gib": round(usage.free / (1 << 30), 1)})


def _version(warehouse: Warehouse) -> Check:
    version = warehouse.version()
    return Check("warehouse", True, {"version": version.number})


def _uploads(warehouse: Warehouse, settings: Settings) -> Check:
    """Every delivered file is still kept."""
    rows = warehouse.run_sql(
        "SELECT DISTINCT p.sha256 FROM parts p JOIN deliveries d ON d.id = p.delivery WHERE p.sha256 <> ''"
    ).to_pylist()
    missing = [
        row["sha256"] for row in rows if not (settings.home / "uploads" / row["sha256"][:2] / row["sha256"]).exists()
    ]
    return Check("uploads", not missing, {"kept": len(rows) - len(missing), "missing": len(missing)})
