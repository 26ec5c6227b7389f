"""What is known of connected sources: how far they were read, how many rows each document had, what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from cockpit.issues import Issue
from cockpit.model.types import Table
from cockpit.warehouse import storage
from cockpit.warehouse.identity import quoted
from cockpit.warehouse.rows import count, fetch, placed
from cockpit.warehouse.staging import Reading, StagedPart

CLAIMING = ("document", "snapshot", "period")


@dataclass(frozen=True)
class LastReading:
    """The newest active delivery of a source, and how it was read."""

    delivery: int
    definition: str
    cursor_kind: str | None
    cursor: str | None
    decisions: str


@dataclass(frozen=True)
class Run:
    """The last run of a source; `ran_at` is UTC, naive."""

    source: str
    ran_at: datetime
    state: str
    rows_read: int
    seconds: float
    delivery: int | None
    issue: str | None


# ---------------------------------------------------------------- asking


def last_reading(con: duckdb.DuckDBPyConnection, origin: str) -> LastReading | None:
    rows = con.execute(
        "SELECT r.delivery, r.definition, r.cursor_kind, r.cursor, r.decisions FROM source_readings r"
        " JOIN delivery_order o ON o.delivery = r.delivery WHERE r.origin = ? AND o.active ORDER BY o.ord DESC LIMIT 1",
        [origin],
    ).fetchall()
    return LastReading(*rows[0]) if rows else None


def waiting(con: duckdb.DuckDBPyConnection, origin: str) -> int | None:
    """The delivery of a source that waits for a decision."""
    rows = fetch(
        con,
        "SELECT max(d.id) FROM deliveries d JOIN source_readings r ON r.delivery = d.id WHERE r.origin = ?"
        " AND d.status = 'held' AND d.active_from IS NULL AND d.decision IS NULL",
        [origin],
    )
    return None if rows[0][0] is None else int(str(rows[0][0]))


def known_rows(con: duckdb.DuckDBPyConnection, origin: str, keys: str | None = None) -> int:
    """Rows the source had when its documents were last read; with `keys` (a table of ``key``) only of those."""
    among = f" AND key IN (SELECT key FROM {quoted(keys)})" if keys else ""
    return count(con, f"SELECT sum(rows) FROM source_keys WHERE origin = ? AND current{among}", [origin])


def runs(con: duckdb.DuckDBPyConnection) -> dict[str, Run]:
    found = con.execute("SELECT source, ran_at, state, rows_read, seconds, delivery, issue FROM source_runs").fetchall()
    return {row[0]: Run(*row) for row in found}


# ---------------------------------------------------------------- inside a delivery


def own_deliveries(con: duckdb.DuckDBPyConnection, parts: Iterable[StagedPart]) -> list[int]:
    """Deliveries of the sources these parts come from: a source may replace what it brought itself."""
    origins = [part.reading.origin for part in parts if part.reading]
    if not origins:
        return []
    rows = fetch(con, "SELECT delivery FROM source_readings WHERE origin IN (SELECT unnest(?))", [origins])
    return [int(str(row[0])) for row in rows]


def compare(con: duckdb.DuckDBPyConnection, table: Table, index: int, part: StagedPart) -> StagedPart:
    """Fill ``read_keys(key, number, rows, rejected)`` for a part and leave out the rejects that are known already."""
    reading = part.reading
    assert reading is not None
    rejected = f"SELECT _row, hash(cells, reasons) AS mark FROM {quoted(part.rejects or '')}" if part.rejects else None
    marks = f"LEFT JOIN ({rejected}) b ON b._row = k._row" if rejected else ""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE read_keys AS SELECT k.key, n._number AS number, count(*) AS rows,"
        f" {'coalesce(bit_xor(b.mark), 0)' if rejected else '0'}::UBIGINT AS rejected FROM {quoted(reading.keys)} k"
        f" LEFT JOIN {placed(table)} n ON n._row = k._row AND n._part = {index} {marks} GROUP BY k.key, n._number"
    )
    if not part.rows_rejected:
        return part
    con.execute(
        "CREATE OR REPLACE TEMP TABLE rejected_before AS SELECT r.key FROM read_keys r JOIN source_keys s"
        " ON s.key = r.key AND s.number IS NULL AND s.rows = r.rows AND s.rejected = r.rejected"
        " WHERE r.number IS NULL AND s.origin = ? AND s.current",
        [reading.origin],
    )
    known = len(
        fetch(
            con,
            f"DELETE FROM {quoted(part.rejects or '')} b USING {quoted(reading.keys)} k WHERE k._row = b._row"
            " AND k.key IN (SELECT key FROM rejected_before) RETURNING b._row",
        )
    )
    if not known:
        return part
    note = Issue("rejects_known", "note", count=known)
    return replace(part, rows_rejected=part.rows_rejected - known, issues=[*part.issues, note])


def leave_completed(con: duckdb.DuckDBPyConnection, table: Table, own: Sequence[int]) -> None:
    """Leave out documents of which the source says what it said before, and whose rejected rows somebody brought back.

    To take the source at its old word would take those rows away again.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE completed AS SELECT n._number AS number FROM new_claims n JOIN claims k"
        ' ON k.number = n._number AND k."table" = $table AND k.current AND k.lines = n.lines AND k.content = n.content'
        " WHERE k.delivery IN (SELECT unnest($own::BIGINT[])) AND n._doc = n._number AND n._number IN"
        ' (SELECT c.number FROM claims c JOIN deliveries d ON d.id = c.delivery WHERE c."table" = $table AND c.current'
        " AND d.completes IN (SELECT unnest($own::BIGINT[])))",
        {"table": table.name, "own": list(own)},
    )
    for place in (storage.stored(f"new_{table.name}"), "new_claims"):
        con.execute(f"DELETE FROM {place} WHERE _number IN (SELECT number FROM completed)")


def claim_absence(con: duckdb.DuckDBPyConnection, table: Table, index: int, reading: Reading) -> int:
    """Add to ``new_claims`` that documents have no lines any more; the number of such documents.

    They are those that the source's documents stood for when last read, and that none stands for now.
    """
    if table.mode not in CLAIMING or not reading.lasting:
        return 0
    con.execute(
        "CREATE OR REPLACE TEMP TABLE absent AS SELECT DISTINCT s.number FROM source_keys s WHERE s.origin = $origin"
        " AND s.current AND s.number IS NOT NULL AND (s.key IN (SELECT key FROM read_keys)"
        f" OR s.key IN (SELECT key FROM {quoted(reading.vanished)})) AND s.number NOT IN"
        " (SELECT number FROM read_keys WHERE number IS NOT NULL)",
        {"origin": reading.origin},
    )
    con.execute(
        "DELETE FROM absent WHERE number IN (SELECT s.number FROM source_keys s WHERE s.origin = $origin AND s.current"
        " AND s.key NOT IN (SELECT key FROM read_keys)"
        f" AND s.key NOT IN (SELECT key FROM {quoted(reading.vanished)}) AND s.number IS NOT NULL)",
        {"origin": reading.origin},
    )
    con.execute(
        "DELETE FROM absent WHERE number NOT IN"
        ' (SELECT number FROM claims WHERE "table" = ? AND current AND lines > 0)',
        [table.name],
    )
    con.execute(
        "INSERT INTO new_claims (_number, _doc, partner, day, lines, content, part, row, several)"
        f" SELECT number, number, NULL, NULL, 0, 0, {index}, 0, false FROM absent"
    )
    return count(con, "SELECT count(*) FROM absent")


def record(con: duckdb.DuckDBPyConnection, reading: Reading, delivery: int, active: bool) -> None:
    """Keep what was read with its delivery: the mark reached, and the documents whose rows are other than known."""
    con.execute(
        "INSERT INTO source_readings VALUES (?, ?, ?, ?, ?, ?)",
        [delivery, reading.origin, reading.definition, reading.cursor_kind, reading.cursor, reading.decisions],
    )
    signature = "bit_xor(hash(number, rows, rejected))"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE changed_keys AS SELECT n.key FROM"
        f" (SELECT key, {signature} AS mark FROM read_keys GROUP BY key) n LEFT JOIN"
        f" (SELECT key, {signature} AS mark FROM source_keys WHERE origin = $origin AND current"
        "  AND key IN (SELECT key FROM read_keys) GROUP BY key) s ON s.key = n.key"
        f" WHERE n.mark IS DISTINCT FROM s.mark UNION SELECT key FROM {quoted(reading.vanished)}",
        {"origin": reading.origin},
    )
    if active:
        con.execute(
            "UPDATE source_keys SET current = false WHERE origin = ? AND current"
            " AND key IN (SELECT key FROM changed_keys)",
            [reading.origin],
        )
    con.execute(
        "INSERT INTO source_keys SELECT $origin, $delivery, key, number, rows, rejected, $active FROM read_keys"
        " WHERE key IN (SELECT key FROM changed_keys)"
        f" UNION ALL SELECT $origin, $delivery, key, NULL, 0, 0, $active FROM {quoted(reading.vanished)}",
        {"origin": reading.origin, "delivery": delivery, "active": active},
    )


def settle(con: duckdb.DuckDBPyConnection, delivery: int) -> None:
    """What is known of the source of a delivery, after the delivery's activity changed."""
    con.execute(
        "UPDATE source_keys SET current = (delivery, key) IN (SELECT (k.delivery, k.key) FROM source_keys k"
        " JOIN delivery_order o ON o.delivery = k.delivery WHERE o.active"
        " QUALIFY o.ord = max(o.ord) OVER (PARTITION BY k.origin, k.key))"
        " WHERE origin IN (SELECT origin FROM source_readings WHERE delivery = ?)",
        [delivery],
    )


# ---------------------------------------------------------------- a run that brings nothing


def confirm(con: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """A run found nothing new: the newest active delivery now reaches as far as this reading."""
    last = last_reading(con, reading.origin)
    if last is None:
        return
    con.execute(
        "UPDATE source_readings SET definition = ?, cursor_kind = ?, cursor = ?, decisions = ? WHERE delivery = ?",
        [reading.definition, reading.cursor_kind, reading.cursor, reading.decisions, last.delivery],
    )
    con.execute(
        "UPDATE source_keys SET rows = 0 WHERE origin = ? AND current AND key IN"
        f" (SELECT key FROM {quoted(reading.vanished)})",
        [reading.origin],
    )


def note_run(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    con.execute("DELETE FROM source_runs WHERE source = ?", [run.source])
    con.execute(
        "INSERT INTO source_runs VALUES (?, ?, ?, ?, ?, ?, ?)",
        [run.source, run.ran_at, run.state, run.rows_read, run.seconds, run.delivery, run.issue],
    )
