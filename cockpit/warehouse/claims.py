"""What each delivery says of documents, kept small: one that brings known documents again says so in a few words."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from cockpit.model.types import Table
from cockpit.warehouse.identity import business_day, content, key, listed, partner, quoted

# A delivery that confirms at least this share of the documents another one brought is noted as repeating it, with the
# exceptions; below, document by document.
REPEATED_SHARE = 0.5


def documents(table: Table) -> str:
    """Name of the temporary table with one row per unit that a delivery brings: see `digest`."""
    return quoted(f"documents_{table.name}")


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


def digest(
    con: duckdb.DuckDBPyConnection, table: Table, arrived: str, ledger: str, filled: Collection[str], confirming: bool
) -> None:
    """Fill `documents` from the rows of `arrived`: number, lines, content, partner, day, parts, first row, and the
    delivery that brought the document as it is, where one did (`confirming`).

    `ledger` is SQL, `filled` names the columns in which some row has a value. ``several`` tells that the number stands
    for several documents, ``again`` that more than a look at it as a whole is needed. A document is confirmed only
    where its number stands for one document, here and among the known: then nothing else is to be decided or moved.

    Keys are made for units, not for rows, and only where a unit is not found again by its ``unit``: 64 bits of its
    columns, 64 of each line's content and the count of lines agree.
    """
    who, day, unit = partner(table, "a"), business_day(table, "a"), _unit(table, filled)
    units = "".join(f"{value} AS {quoted(name)}, " for name, value in unit.items())
    number = key(f"'{table.name}'", ledger, *(f"d.{quoted(name)}" for name in unit))
    # What other deliveries brought back of a number's rejects stands beside its document: it is looked at anew.
    completed = "SELECT number FROM claims WHERE delivery IN (SELECT id FROM deliveries WHERE completes IS NOT NULL)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {documents(table)} AS SELECT d.*, k.origin AS confirmed,"
        f" CASE WHEN k.origin IS NOT NULL THEN k.number ELSE {number} END AS number FROM (SELECT *,"
        f" hash({ledger}, {listed(unit)}) AS unit, several OR part <> last_part AS again FROM"
        f" (SELECT {units}min({who}) AS partner, min({day}) AS day, count(*) AS lines,"
        f" sum({content(table, 'a')}::HUGEINT) AS content, min(_part) AS part, max(_part) AS last_part,"
        f" min(_row) AS row, coalesce(min({who}) <> max({who}), false) OR coalesce(min({day}) <> max({day}), false)"
        f" AS several FROM {arrived} a GROUP BY ALL)) d LEFT JOIN (SELECT unit, lines, content, number, origin FROM"
        f" claims WHERE {str(confirming).lower()} AND \"table\" = '{table.name}' AND current AND doc = number"
        f" AND number NOT IN ({completed})) k"
        " ON k.unit = d.unit AND k.lines = d.lines AND k.content = d.content AND NOT d.again"
    )


def keep_confirmed(con: duckdb.DuckDBPyConnection, table: Table, delivery: int, active: bool) -> None:
    """Write down which documents `digest` found confirmed; one by one for a held delivery, which may be set apart."""
    name, share = f"'{table.name}'", REPEATED_SHARE if active else 2
    con.execute(
        f"INSERT INTO repeated_deliveries SELECT {name}, {delivery}, d.confirmed FROM (SELECT confirmed, count(*) AS"
        f" times FROM {documents(table)} WHERE confirmed IS NOT NULL GROUP BY confirmed) d JOIN (SELECT delivery,"
        f' count(*) AS times FROM claims WHERE "table" = {name} AND origin = delivery GROUP BY delivery) c'
        f" ON c.delivery = d.confirmed WHERE d.times >= {share} * c.times"
    )
    repeated = f'SELECT origin FROM repeated_deliveries WHERE "table" = {name} AND delivery = {delivery}'
    con.execute(
        f'INSERT INTO repeat_exceptions SELECT {name}, {delivery}, c.origin, c.doc FROM claims c WHERE c."table" ='
        f" {name} AND c.delivery = c.origin AND c.origin IN ({repeated}) AND NOT EXISTS"
        f" (SELECT 1 FROM {documents(table)} d WHERE d.number = c.doc AND d.confirmed = c.origin)"
    )
    con.execute(
        f"INSERT INTO claims SELECT {name}, {delivery}, number, number, unit, partner, day, lines, content, confirmed,"
        f" false FROM {documents(table)} WHERE confirmed IS NOT NULL AND confirmed NOT IN ({repeated})"
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
