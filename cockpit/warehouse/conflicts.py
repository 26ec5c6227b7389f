"""What a person must decide before a delivery replaces something the cockpit already knows."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from cockpit.issues import Issue
from cockpit.model.types import Table
from cockpit.warehouse import claims
from cockpit.warehouse.identity import quoted
from cockpit.warehouse.rows import Finding, count, fetch, new_rows


def compare(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Fill ``known`` (current claims on its numbers) and ``confirmed`` (documents that come again, equal)."""
    mine = "c.number IN (SELECT _number FROM new_claims)"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE known AS SELECT c.number, c.doc, c.partner, c.day, c.lines, c.content, c.origin,"
        " c.delivery, o.ord, count(*) OVER (PARTITION BY c.doc) AS stored FROM claims c JOIN (SELECT t.number,"
        f" max(o.ord) AS ord FROM {claims.told(table, mine)} t JOIN delivery_order o ON o.delivery = t.delivery"
        f' WHERE o.active GROUP BY t.number) o ON o.number = c.number WHERE c."table" = ? AND c.current AND {mine}',
        [table.name],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE confirmed AS SELECT n._doc AS doc, k.origin FROM new_claims n JOIN known k"
        " ON k.doc = n._doc AND k.lines = n.lines AND k.content = n.content AND k.stored = 1"
    )


def find(
    con: duckdb.DuckDBPyConnection, table: Table, export_at: object, arrived_at: object, own: Sequence[int] = ()
) -> list[Finding]:
    """Documents that would shrink or change partner or day if this delivery replaced them.

    What the deliveries `own` alone brought may be replaced: they are of the same source, which knows its documents.
    """
    if table.mode != "document":
        return []
    # Only a later export replaces; an older one arriving late changes nothing that is known since.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE replaced AS SELECT k.* FROM known k JOIN deliveries d ON d.id ="
        " (SELECT base FROM delivery_order o WHERE o.ord = k.ord LIMIT 1)"
        " WHERE coalesce(d.export_at, d.arrived_at) <= coalesce(?::TIMESTAMP, ?::TIMESTAMP)"
        " AND k.number IN (SELECT number FROM known WHERE delivery NOT IN (SELECT unnest(?::BIGINT[])))",
        [export_at, arrived_at, list(own)],
    )
    if not count(con, "SELECT count(*) FROM replaced"):
        return []
    return [*_shrunk(con, table), *_identity_differs(con, table)]


def _shrunk(con: duckdb.DuckDBPyConnection, table: Table) -> list[Finding]:
    lines = ""
    if table.has("line_no"):
        lines = (
            f" OR n.number IN (SELECT t._number FROM {quoted(table.name)} t WHERE t.line_no IS NOT NULL AND t._number"
            f" IN (SELECT number FROM replaced) AND NOT EXISTS (SELECT 1 FROM {new_rows(table)} w"
            " WHERE w._number = t._number AND w.line_no = t.line_no))"
        )
    rows = fetch(
        con,
        "SELECT n.part, count(*), min(n.row), arg_min(n.doc, n.row) FROM (SELECT _number AS"
        " number, any_value(_doc) AS doc,"
        " sum(lines) AS lines, sum(content) AS content, min(part) AS part, min(row) AS row FROM"
        " new_claims GROUP BY 1) n"
        " JOIN (SELECT number, sum(lines) AS lines, sum(content) AS content FROM replaced GROUP BY 1) k"
        " ON k.number = n.number AND k.content <> n.content"
        f" WHERE n.lines < k.lines{lines} GROUP BY n.part ORDER BY n.part",
    )
    return [_finding(con, table, "document_shrank", *row) for row in rows]


def _identity_differs(con: duckdb.DuckDBPyConnection, table: Table) -> list[Finding]:
    rows = fetch(
        con,
        "SELECT n.part, count(DISTINCT n._number), min(n.row), arg_min(n._doc, n.row) FROM new_claims n"
        " WHERE n._number IN (SELECT number FROM replaced) AND NOT EXISTS (SELECT 1 FROM replaced k"
        " WHERE k.number = n._number AND (k.partner IS NULL OR n.partner IS NULL OR k.partner = n.partner)"
        " AND (k.day IS NULL OR n.day IS NULL OR k.day = n.day)) GROUP BY n.part ORDER BY n.part",
    )
    return [_finding(con, table, "document_identity_differs", *row) for row in rows]


def _finding(
    con: duckdb.DuckDBPyConnection, table: Table, code: str, part: object, times: object, row: object, doc: object
) -> Finding:
    number = "document_no" if table.has("document_no") else table.unit[-1]
    told = fetch(con, f"SELECT {quoted(number)} FROM {new_rows(table)} WHERE _doc = ? LIMIT 1", [doc])
    value = str(told[0][0]) if told and told[0][0] is not None else None
    issue = Issue(code, "error", row=int(str(row)), column=number, value=value, count=int(str(times)))
    return Finding(int(str(part)), issue, holds=True)
