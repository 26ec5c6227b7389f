"""What somebody limited to some rows brought counts until a later delivery shows that the document is not theirs.

Who may see only some rows may bring documents and cases nobody knew. When somebody else then delivers the same one and
says of it what lies outside those limits, the earlier rows are set aside, as they would have been refused had they come
second: else an early row would open a case to whoever planted it, or speak for it. They count again when the later
delivery is undone.
"""

from __future__ import annotations

import duckdb

from cockpit.model.types import Table
from cockpit.scope import Scope
from cockpit.warehouse import claims, resolve
from cockpit.warehouse.identity import quoted
from cockpit.warehouse.rows import count, fetch, placed, whole

_SHARED = ("ledger", "company")  # all rows of a document or case agree in them


def remember(con: duckdb.DuckDBPyConnection, scope: Scope, delivery: int) -> None:
    """Keep under which limits a delivery is brought."""
    for dimension, values in scope.allowed.items():
        if dimension not in _SHARED:
            con.execute("INSERT INTO delivery_limits VALUES (?, ?, ?)", [delivery, dimension, sorted(values)])


def note_new(con: duckdb.DuckDBPyConnection, table: Table, delivery: int) -> int:
    """Note what the rows of `rows.build` set aside once the delivery counts; the number of documents or cases."""
    rows = f"(SELECT w.*, p._number FROM {whole(table)} w JOIN {placed(table)} p USING (_part, _row))"
    return _note(con, table, delivery, rows)


def note_held(con: duckdb.DuckDBPyConnection, table: Table, delivery: int) -> None:
    """The same for a held delivery that is about to count."""
    con.execute('DELETE FROM set_aside WHERE "by" = ? AND "table" = ?', [delivery, table.name])
    _note(con, table, delivery, f"(SELECT * FROM {resolve.past(table)} WHERE _delivery = {int(delivery)})")


def _note(con: duckdb.DuckDBPyConnection, table: Table, delivery: int, rows: str) -> int:
    others = "SELECT DISTINCT dimension FROM delivery_limits WHERE delivery <> ?"
    limited = [str(name) for (name,) in fetch(con, others, [delivery]) if table.has(str(name))]
    if not limited or table.mode == "master":  # whoever brings master data is limited by their keys at most
        return 0
    said = " ".join(f"WHEN '{name}' THEN n.{quoted(name)}::VARCHAR" for name in limited)
    con.execute(
        f"INSERT INTO set_aside SELECT DISTINCT '{table.name}', s.delivery, s.number, {int(delivery)} FROM"
        f" {_spoken(table, f'SELECT _number FROM {rows}')} s JOIN delivery_limits l ON l.delivery = s.delivery"
        f" JOIN {rows} n ON n._number = s.number WHERE s.delivery <> {int(delivery)} AND s.delivery NOT IN"
        f" (SELECT completes FROM deliveries WHERE id = {int(delivery)} AND completes IS NOT NULL)"
        f" AND NOT coalesce(list_contains(l.allowed, CASE l.dimension {said} END), false)"
    )
    found = (
        "SELECT count(DISTINCT s.number) FROM set_aside s JOIN delivery_order o ON o.delivery = s.delivery"
        ' WHERE o.active AND s."by" = ? AND s."table" = ?'
    )
    return count(con, found, [delivery, table.name])


def _spoken(table: Table, units: str) -> str:
    """SQL for which deliveries say something of the `units` (delivery, number)."""
    if table.mode != "event":
        return claims.told(table, f"c.number IN ({units})")
    told = [
        f"SELECT _delivery AS delivery, _number AS number FROM {place} WHERE _number IN ({units})"
        for place in (quoted(table.name), resolve.past(table))
    ]
    confirmed = f"SELECT delivery, number FROM confirmations WHERE \"table\" = '{table.name}' AND number IN ({units})"
    return f"({' UNION '.join((*told, confirmed))})"
