"""How the warehouse is examined: every table read to its end, and rows compared with what was written down of them."""

from __future__ import annotations

from cockpit.model.types import Table
from cockpit.warehouse.derived import local_day
from cockpit.warehouse.identity import quoted
from cockpit.warehouse.resolve import past

STORED = "SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary AND NOT internal ORDER BY table_name"

# What each table of the bookkeeping must agree with; each statement says whether it `differs`.
BOOKS = {
    "versions": "SELECT count(*) <> coalesce(max(id), 0) AS differs FROM versions",
    "deliveries": "SELECT count(*) > 0 AS differs FROM deliveries d WHERE greatest(d.active_from, d.active_to) >"
    " (SELECT coalesce(max(id), 0) FROM versions) OR NOT EXISTS (SELECT 1 FROM parts p WHERE p.delivery = d.id)",
    "rejects": "SELECT count(*) > 0 AS differs FROM (SELECT delivery, part, rows_rejected FROM parts"
    " WHERE status <> 'blocked') FULL JOIN (SELECT delivery, part, count(*) AS kept FROM rejects GROUP BY ALL)"
    " USING (delivery, part) WHERE coalesce(rows_rejected, 0) <> coalesce(kept, 0)",
}


def reading_through(name: str) -> str:
    """A statement that looks at every value of a table; blocks whose checksum is wrong make it fail."""
    return f"SELECT count(*) AS rows, bit_xor(hash(t)) AS mark FROM {quoted(name)} t"


def rows_differ(table: Table) -> str:
    """Whether rows of a table belong to no delivery, are more than were loaded, or miss in the count by day."""
    name = quoted(table.name)
    tests = [f"(SELECT count(*) FROM {name} WHERE _delivery NOT IN (SELECT id FROM deliveries)) > 0"]
    if table.mode != "master":  # master rows are put together from several deliveries and kept beside them
        stored = f"SELECT _delivery, _part FROM {name} UNION ALL SELECT _delivery, _part FROM {past(table)}"
        tests.append(
            f"(SELECT count(*) FROM (SELECT _delivery, _part, count(*) AS rows FROM ({stored}) GROUP BY ALL) s"
            " LEFT JOIN parts p ON p.delivery = s._delivery AND p.part = s._part"
            " WHERE s.rows > coalesce(p.rows_loaded, 0)) > 0"
        )
    if (day := local_day(table, "r", "l")) is not None:
        tests.append(
            f"(SELECT count(*) FROM {name} r JOIN ledgers l ON l.name = r.ledger WHERE {day} IS NOT NULL) <>"
            f" (SELECT coalesce(sum(rows), 0) FROM data_days WHERE \"table\" = '{table.name}')"
        )
    return f"SELECT {' OR '.join(tests)} AS differs"
