"""Which delivered rows are current: the later delivery's document, every event once, the newest word on each field."""

from __future__ import annotations

import duckdb

from cockpit.model.types import Table
from cockpit.warehouse import claims, storage
from cockpit.warehouse.identity import listed, quoted, stored_columns
from cockpit.warehouse.rows import count, fetch
from cockpit.warehouse.schema import column_types


def past(table: Table) -> str:
    """Name under which the rows that are not current are read."""
    return quoted(f"past_{table.name}")


def entering(table: Table) -> str:
    """Name of the temporary relation with rows that became current in this transaction."""
    return quoted(f"entering_{table.name}")


def leaving(table: Table) -> str:
    """Name of the temporary relation with rows that stopped being current in this transaction."""
    return quoted(f"leaving_{table.name}")


def _all_rows(table: Table) -> str:
    columns = listed(stored_columns(table))
    return f"(SELECT {columns} FROM {quoted(table.name)} UNION ALL SELECT {columns} FROM {past(table)})"


def _counts(table: Table, delivery: str, number: str) -> str:
    """SQL condition that what a delivery says of a unit counts: see `cockpit.warehouse.asides`."""
    return (
        f"NOT EXISTS (SELECT 1 FROM asides x WHERE x.\"table\" = '{table.name}' AND x.delivery = {delivery}"
        f" AND x.number = {number})"
    )


def winners(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Fill ``winners(_delivery, _part, _row)``: the rows that are current among the units in ``units(number)``."""
    if table.mode == "event":
        _event_winners(con, table)
        return
    con.execute(
        "CREATE OR REPLACE TEMP TABLE winning_claims AS SELECT c.number, c.doc, c.delivery, c.origin FROM"
        f" {claims.told(table, 'c.number IN (SELECT number FROM units)')} c JOIN delivery_order o"
        f" ON o.delivery = c.delivery WHERE o.active AND {_counts(table, 'c.delivery', 'c.number')}"
        " QUALIFY o.ord = max(o.ord) OVER (PARTITION BY c.number)"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE winners AS SELECT r._delivery, r._part, r._row FROM {_all_rows(table)} r"
        " JOIN (SELECT DISTINCT doc, origin FROM winning_claims) w ON w.doc = r._doc AND w.origin = r._delivery"
        " WHERE r._number IN (SELECT number FROM units)"
    )


def _event_winners(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    told = "r._event, r._number, coalesce(r.node, r.activity) AS node, r.actor, r.arrived_at, r.acted_at"
    rows = _all_rows(table)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE telling AS SELECT {told}, r._delivery, r._part, r._row, o.ord FROM {rows} r"
        " JOIN delivery_order o ON o.delivery = r._delivery WHERE o.active AND r._number IN (SELECT number FROM units)"
        f" AND {_counts(table, 'r._delivery', 'r._number')}"
        f" UNION ALL SELECT {told}, r._delivery, r._part, r._row, o.ord FROM {rows} r JOIN confirmations c"
        " ON c.event = r._event AND c.origin = r._delivery JOIN delivery_order o ON o.delivery = c.delivery"
        f" WHERE c.\"table\" = '{table.name}' AND o.active AND r._number IN (SELECT number FROM units)"
        f" AND {_counts(table, 'c.delivery', 'r._number')}"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE best AS SELECT * FROM telling"
        " QUALIFY row_number() OVER (PARTITION BY _event ORDER BY ord DESC, _part, _row) = 1"
    )
    # An open act is closed by what a later export says of the same act.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE winners AS SELECT _delivery, _part, _row FROM best b WHERE b.acted_at IS NOT NULL"
        " OR NOT EXISTS (SELECT 1 FROM best c WHERE c._number = b._number AND c.acted_at IS NOT NULL AND c.ord > b.ord"
        " AND c.node IS NOT DISTINCT FROM b.node AND c.actor IS NOT DISTINCT FROM b.actor"
        " AND (b.arrived_at IS NULL OR c.arrived_at IS NOT DISTINCT FROM b.arrived_at))"
    )


def settle(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Move rows of the units in ``units(number)`` between current and past; fill `entering` and `leaving`."""
    if table.mode == "master":
        _merge(con, table)
        return
    for moved, place in ((f"leaving_{table.name}", table.name), (f"entering_{table.name}", f"past_{table.name}")):
        storage.create(con, moved, column_types(table), storage.held(con, place), temporary=True)
    if not count(con, "SELECT count(*) FROM units"):
        return
    winners(con, table)
    mine = "WHERE _number IN (SELECT number FROM units)"
    won = "EXISTS (SELECT 1 FROM winners w WHERE w._delivery = r._delivery AND w._part = r._part AND w._row = r._row)"
    storage.insert(con, f"leaving_{table.name}", f"{quoted(table.name)} r {mine} AND NOT {won}")
    storage.insert(con, f"entering_{table.name}", f"{past(table)} r {mine} AND {won}")
    con.execute(f"DELETE FROM {storage.stored(table.name)} r {mine} AND NOT {won}")
    con.execute(f"DELETE FROM {storage.stored(f'past_{table.name}')} r {mine} AND {won}")
    storage.insert(con, f"past_{table.name}", leaving(table))
    storage.insert(con, table.name, entering(table))
    if table.mode != "event":
        # The claim that brought the rows is marked, not the one that confirmed them last.
        con.execute(
            'UPDATE claims c SET current = NOT current WHERE "table" = ? AND number IN (SELECT number FROM units)'
            " AND current <> (delivery = origin AND EXISTS (SELECT 1 FROM winning_claims w WHERE w.doc = c.doc"
            " AND w.origin = c.origin))",
            [table.name],
        )


def _merge(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Master rows: field by field the newest word that is not empty."""
    columns = stored_columns(table)
    name = quoted(table.name)
    fields = [
        f"arg_max(r.{quoted(c.name)}, rank) FILTER (WHERE r.{quoted(c.name)} IS NOT NULL) AS {quoted(c.name)}"
        for c in table.columns
        if c.name not in ("ledger", "company")
    ]
    places = [f"arg_max(r.{place}, rank) AS {place}" for place in ("_delivery", "_part", "_row")]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {leaving(table)} AS SELECT {listed(columns)} FROM {name}"
        " WHERE _number IN (SELECT number FROM units)"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {entering(table)} AS SELECT {listed(columns)} FROM (SELECT r.ledger, r.company,"
        f" {', '.join(fields)}, r._number, r._number AS _doc, {', '.join(places)} FROM (SELECT p.*, (o.ord::HUGEINT *"
        f" 1000000 + p._part) * 1000000000 + p._row AS rank FROM {past(table)} p JOIN delivery_order o"
        " ON o.delivery = p._delivery WHERE o.active AND p._number IN (SELECT number FROM units)) r"
        " GROUP BY r.ledger, r.company, r._number)"
    )
    con.execute(f"DELETE FROM {storage.stored(table.name)} WHERE _number IN (SELECT number FROM units)")
    storage.insert(con, table.name, entering(table))


def units_of(con: duckdb.DuckDBPyConnection, table: Table, delivery: int) -> None:
    """Fill ``units(number)`` with everything one delivery says something about."""
    if table.mode in ("document", "snapshot", "period"):
        source = f"SELECT number FROM {claims.told(table, 'true')} WHERE delivery = $delivery"
    else:
        source = (
            f"SELECT _number AS number FROM {_all_rows(table)} WHERE _delivery = $delivery UNION SELECT number"
            f" FROM confirmations WHERE \"table\" = '{table.name}' AND delivery = $delivery"
        )
    con.execute(f"CREATE OR REPLACE TEMP TABLE units AS SELECT DISTINCT number FROM ({source})", {"delivery": delivery})


def rows_of(con: duckdb.DuckDBPyConnection, table: Table) -> int:
    return int(str(fetch(con, f"SELECT count(*) FROM {quoted(table.name)}")[0][0]))
