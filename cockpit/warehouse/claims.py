"""What each delivery says of documents, kept small: one that brings known documents again says so in a few words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb

from cockpit.model.types import Table
from cockpit.warehouse.identity import business_day, contents, key, listed, partner, quoted

# A delivery that confirms at least this share of the documents another one brought is noted as repeating it, with the
# exceptions; below, document by document.
REPEATED_SHARE = 0.5


def documents(table: Table) -> str:
    """Name of the temporary table with one row per unit of `rows.new_rows`, as it arrived: see `digest`."""
    return quoted(f"documents_{table.name}")


def seen(table: Table) -> str:
    """Name of the temporary table ``(unit, lines, part, first, last, number, confirmed, missed)`` of what a delivery
    brings, by the unit's mark: `confirmed` is the delivery that brought the unit just so, null where it is new; the
    unit's rows lie from `first` to `last`. Where `unit` is null, what `missed` brought of `number` did not come again
    just so. See `compare`."""
    return quoted(f"seen_{table.name}")


def _unit(table: Table, filled: Collection[str]) -> dict[str, str]:
    """Unit column → SQL over ``a`` for what it adds to the key, so that values of equal keys are equal; '' where no row
    has a value."""
    return {
        name: "''"
        if name not in filled
        else f"coalesce(a.{quoted(name)}, '')"
        if table.column(name).duckdb_type == "VARCHAR"
        else f"a.{quoted(name)}"
        for name in ("company", *table.unit)
    }


def same_unit(table: Table, filled: Collection[str]) -> str:
    """SQL condition that the row ``a`` belongs to the unit ``d`` of `documents`."""
    unit = {name: value for name, value in _unit(table, filled).items() if name in filled}
    return " AND ".join(f"{value} IS NOT DISTINCT FROM d.{quoted(name)}" for name, value in unit.items()) or "true"


def unit_mark(table: Table, ledger: str, filled: Collection[str]) -> str:
    """SQL for 64 bits of the unit of the row ``a``."""
    return f"hash({ledger}, {', '.join(_unit(table, filled).values())})"


def known(con: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether anything is known of the table's documents."""
    return bool(con.execute('SELECT 1 FROM claims WHERE "table" = ? LIMIT 1', [table.name]).fetchall())


def compare(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    arrived: str,
    ledger: str,
    filled: Collection[str],
    parts: Sequence[int],
) -> int:
    """Fill `seen` from the rows of `arrived`, which are of `parts`; how many units are confirmed.

    `ledger` is SQL, `filled` names the columns in which some row has a value. A unit is confirmed only where its number
    stands for one document, here and among the known: then nothing else is to be decided or moved. 64 bits of its
    columns, 63 of each line's content and the count of lines must agree. Were two units of one mark, their lines would
    add up to neither: what is not confirmed is looked at by its columns.
    """
    mark = contents(table, "a")
    part = f"{parts[0]}::INTEGER"
    if len(parts) > 1:  # a unit out of several files is looked at anew
        part = "min(_part)"
        mark = f"CASE WHEN min(_part) = max(_part) THEN {mark} END"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {seen(table)} AS SELECT d.unit, d.lines, d.part, d.first, d.last, k.number,"
        " CASE WHEN d.unit IS NOT NULL THEN k.origin END AS confirmed,"
        " CASE WHEN d.unit IS NULL THEN k.origin END AS missed"
        f" FROM (SELECT {unit_mark(table, ledger, filled)} AS unit, count(*) AS lines, {mark} AS content,"
        f" {part} AS part, min(_row) AS first, max(_row) AS last"
        f" FROM {arrived} a GROUP BY 1) d FULL JOIN"
        f" (SELECT unit, lines, content, number, origin FROM claims c WHERE {_single(con, table)}) k"
        " ON k.unit = d.unit AND k.lines = d.lines AND k.content = d.content"
    )
    return int(con.execute(f"SELECT count(confirmed) FROM {seen(table)}").fetchall()[0][0])


def _single(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """SQL condition that the claim ``c`` is current and alone stands for its number."""
    condition = f"c.\"table\" = '{table.name}' AND c.current AND c.doc = c.number"
    # What other deliveries brought back of a number's rejects stands beside its document: it is looked at anew.
    if con.execute("SELECT count(completes) FROM deliveries").fetchall()[0][0]:
        completing = "SELECT id FROM deliveries WHERE completes IS NOT NULL"
        condition += f" AND c.number NOT IN (SELECT number FROM claims WHERE delivery IN ({completing}))"
    return condition


def compare_nothing(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Leave `seen` empty: every row is looked at."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {seen(table)} (unit UBIGINT, lines BIGINT, part INTEGER, first BIGINT,"
        " last BIGINT, number UUID, confirmed BIGINT, missed BIGINT)"
    )


def digest(con: duckdb.DuckDBPyConnection, table: Table, arrived: str, ledger: str, filled: Collection[str]) -> None:
    """Fill `documents` from the rows of `arrived`: number, unit, lines, content, partner, day, parts and first row.

    ``several`` tells that the number stands for several documents, ``again`` that more than a look at it as a whole is
    needed. Keys are made for units, not for rows.
    """
    who, day, unit = partner(table, "a"), business_day(table, "a"), _unit(table, filled)
    units = "".join(f"{value} AS {quoted(name)}, " for name, value in unit.items())
    number = key(f"'{table.name}'", ledger, *(f"d.{quoted(name)}" for name in unit))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {documents(table)} AS SELECT d.*, {number} AS number FROM (SELECT *,"
        f" hash({ledger}, {listed(unit)}) AS unit, several OR part <> last_part AS again FROM"
        f" (SELECT {units}min({who}) AS partner, min({day}) AS day, count(*) AS lines,"
        f" {contents(table, 'a')} AS content, min(_part) AS part, max(_part) AS last_part,"
        f" min(_row) AS row, coalesce(min({who}) <> max({who}), false) OR coalesce(min({day}) <> max({day}), false)"
        f" AS several FROM {arrived} a GROUP BY ALL)) d"
    )


def keep_confirmed(con: duckdb.DuckDBPyConnection, table: Table, delivery: int, active: bool) -> None:
    """Write down which documents `compare` found confirmed; one by one for a held delivery, which may be set apart."""
    name, share = f"'{table.name}'", REPEATED_SHARE if active else 2
    con.execute(
        f"INSERT INTO repeated_deliveries SELECT {name}, {delivery}, d.confirmed FROM (SELECT confirmed, count(*) AS"
        f" times FROM {seen(table)} WHERE confirmed IS NOT NULL GROUP BY confirmed) d JOIN (SELECT delivery,"
        f' count(*) AS times FROM claims WHERE "table" = {name} AND origin = delivery GROUP BY delivery) c'
        f" ON c.delivery = d.confirmed WHERE d.times >= {share} * c.times"
    )
    repeated = f'SELECT origin FROM repeated_deliveries WHERE "table" = {name} AND delivery = {delivery}'
    con.execute(
        f"INSERT INTO repeat_exceptions SELECT {name}, {delivery}, missed, number FROM {seen(table)} WHERE missed IN"
        f' ({repeated}) UNION ALL SELECT {name}, {delivery}, c.origin, c.doc FROM claims c WHERE c."table" = {name}'
        f" AND c.delivery = c.origin AND c.origin IN ({repeated}) AND NOT ({_single(con, table)})"
    )
    single = (
        f"SELECT number, confirmed FROM {seen(table)} WHERE confirmed IS NOT NULL AND confirmed NOT IN ({repeated})"
    )
    if con.execute(f"SELECT count(*) FROM ({single})").fetchall()[0][0]:
        con.execute(
            f"INSERT INTO claims SELECT {name}, {delivery}, c.number, c.doc, c.unit, c.partner, c.day, c.lines,"
            f" c.content, c.origin, false FROM claims c JOIN ({single}) d ON d.number = c.doc AND d.confirmed ="
            f' c.delivery WHERE c."table" = {name}'
        )


def told(table: Table, condition: str) -> str:
    """SQL for all that deliveries say of documents (number, doc, delivery, origin) where `condition` on ``c.number``
    holds; ``origin`` is the delivery whose rows are meant."""
    mine = f"(SELECT * FROM claims c WHERE c.\"table\" = '{table.name}' AND {condition})"
    return (
        f"(SELECT number, doc, delivery, origin FROM {mine} UNION ALL SELECT c.number, c.doc, r.delivery, c.origin"
        f' FROM {mine} c JOIN repeated_deliveries r ON r."table" = c."table" AND r.origin = c.origin'
        ' AND c.delivery = c.origin WHERE NOT EXISTS (SELECT 1 FROM repeat_exceptions e WHERE e."table" = r."table"'
        " AND e.delivery = r.delivery AND e.origin = r.origin AND e.doc = c.doc))"
    )
