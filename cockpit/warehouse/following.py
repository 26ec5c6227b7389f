"""What follows once canonical tables changed: what is noted, business days and derived tables, and the version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb

from cockpit.model.types import Table
from cockpit.warehouse import derived, resolve, working_days
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.derived import Change
from cockpit.warehouse.identity import quoted
from cockpit.warehouse.rows import count, fetch


def note_change(table: Table, change: Change, kept: str = "", con: duckdb.DuckDBPyConnection | None = None) -> None:
    """Add what `resolve.settle` moved to the change; with `kept`, as copies that later moves do not overwrite."""
    entered, left = resolve.entering(table), resolve.leaving(table)
    if con is not None:
        copies = quoted(f"entered_{table.name}{kept}"), quoted(f"left_{table.name}{kept}")
        for copy, moved in zip(copies, (entered, left), strict=True):
            con.execute(f"CREATE OR REPLACE TEMP TABLE {copy} AS SELECT * FROM {moved}")
        entered, left = copies
    change.add(table.name, entered)
    change.remove(table.name, left)
    if table.settings:
        change.settings.add(table.name)


def finish(
    con: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], derivations: Sequence[Derivation], change: Change
) -> None:
    """Business days and derived tables after the canonical tables changed."""
    for name in change.relations:
        derived.count_days(con, tables[name], change.entered.get(name, ()), change.left.get(name, ()))
    if "calendars" in change.settings:
        for (ledger,) in fetch(con, "SELECT name FROM ledgers"):
            working_days.fill(con, str(ledger))
    derived.run(con, derivations, change)


def record_version(
    con: duckdb.DuckDBPyConnection, at: datetime, action: str, delivery: int | None, change: Change
) -> int:
    """A new version; it belongs to the settings part when settings changed."""
    version = count(con, "SELECT coalesce(max(id), 0) FROM versions") + 1
    con.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", [version, at, action, delivery, bool(change.settings)])
    return version
