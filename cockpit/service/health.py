"""Whether everything is as it should be: settings, disk, kept files, and the warehouse against itself."""

from __future__ import annotations

import os
import shutil

from cockpit.access.audit import AuditTrail
from cockpit.errors import SystemFailure
from cockpit.records import Records
from cockpit.service.reports import Check, DoctorReport
from cockpit.service.trail import Trail
from cockpit.service.uploads import kept, sha256
from cockpit.settings import Settings
from cockpit.warehouse.store import Warehouse

LEAST_FREE_SHARE = 0.10
LEAST_FREE_BYTES = 2 << 30


def examine(
    warehouse: Warehouse, records: Records, audit: AuditTrail, trail: Trail, settings: Settings, rebuild: bool
) -> DoctorReport:
    """All checks; `rebuild` adds the full computation of every current and derived table, compared row by row."""
    checks = [_home(settings), _disk(settings), _version(warehouse), _integrity(warehouse)]
    readable = checks[-1].ok  # what is told from damaged tables, or put right by them, would be no better than they are
    if readable:
        checks += [_counts(warehouse), _uploads(warehouse, settings, rebuild)]
    if readable and rebuild:
        differing = {name: rows for name, rows in warehouse.verify().items() if rows}
        facts = {"tables": ", ".join(sorted(differing)) or "—", "rows": sum(differing.values())}
        checks.append(Check("rebuild", not differing, facts))
    checks.append(_records(records))
    if checks[-1].ok:
        checks += [_revision(records), _audit(audit)]
        checks += [_audited(warehouse, trail)] if readable else []
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


def _integrity(warehouse: Warehouse) -> Check:
    """Every table can be read to its last row."""
    read, damaged = warehouse.read_through()
    return Check("integrity", not damaged, {"tables": read, "damaged": ", ".join(damaged) or "—"})


def _counts(warehouse: Warehouse) -> Check:
    """The rows agree with what was written down about them."""
    differing = warehouse.miscounted()
    return Check("counts", not differing, {"tables": ", ".join(differing) or "—"})


def _audited(warehouse: Warehouse, trail: Trail) -> Check:
    """The audit trail knows of every delivery; what it lacked, as after a kill between the two, is added."""
    try:
        late = trail.make_up(warehouse)
    except SystemFailure as failure:
        return Check("audited", False, {"reason": failure.code})
    told = ", ".join(str(one) for one in dict.fromkeys(late)) or "—"
    return Check("audited", True, {"count": len(late), "deliveries": told})


def _uploads(warehouse: Warehouse, settings: Settings, thoroughly: bool) -> Check:
    """Every delivered file is still kept, in its full length; `thoroughly` reads them all."""
    rows = warehouse.records(
        "SELECT p.sha256, max(u.bytes) AS bytes FROM parts p LEFT JOIN uploads u ON u.sha256 = p.sha256"
        " WHERE p.sha256 <> '' GROUP BY p.sha256"
    )
    missing, changed = 0, 0
    for row in rows:
        file = kept(settings.home, row["sha256"])
        if not file.is_file():
            missing += 1
        elif (row["bytes"] is not None and file.stat().st_size != row["bytes"]) or (
            thoroughly and sha256(file) != row["sha256"]
        ):
            changed += 1
    facts = {"kept": len(rows) - missing - changed, "missing": missing, "changed": changed}
    return Check("uploads", not missing and not changed, facts)


def _records(records: Records) -> Check:
    """The records answer and find nothing wrong with themselves."""
    try:
        return Check("records", records.sound(), {})
    except SystemFailure:
        return Check("records", False, {})


def _revision(records: Records) -> Check:
    """The records are as this product knows them."""
    return Check("revision", records.at_head(), {})


def _audit(audit: AuditTrail) -> Check:
    """Nobody edited, removed or cut off entries of the audit trail."""
    report = audit.verify()
    return Check("audit", report.holds, {"entries": report.entries, "broken": report.broken or "—"})
