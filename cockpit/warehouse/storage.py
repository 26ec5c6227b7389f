"""How tables lie in the file: columns that nobody ever filled are not stored, a view shows them all.

Exports fill a third of the columns that a canonical table knows. The engine spends as much on writing a column of
nothing as on a real one, so the stored table has only columns that some delivery filled; a view of the table's name has
every column, the others null. The same holds for derived tables, and for a delivery's rows on their way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from cockpit.warehouse.identity import listed, quoted


def stored(name: str) -> str:
    """The quoted name under which the rows of `name` are written, changed and deleted; `name` itself is for reading."""
    return quoted(f"stored_{name}")


def held(con: duckdb.DuckDBPyConnection, name: str) -> tuple[str, ...]:
    """The columns of `name` that are stored."""
    rows = con.execute("SELECT name FROM pragma_table_info(?)", [f"stored_{name}"]).fetchall()
    return tuple(column for (column,) in rows)


def filled(con: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each of `names` the columns that may hold a value: those that are stored, all of a plain table."""
    asked = [*names]
    found: dict[str, list[str]] = {}
    for name, column in con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE list_contains(?, table_name)",
        [[*asked, *(f"stored_{name}" for name in asked)]],
    ).fetchall():
        found.setdefault(name, []).append(column)
    return {name: frozenset(found.get(f"stored_{name}") or found.get(name) or []) for name in asked}


def shown(columns: Mapping[str, str], filled: Iterable[str]) -> str:
    """A SELECT list of all `columns` (name → type), null where not among `filled`."""
    there = frozenset(filled)
    return ", ".join(quoted(n) if n in there else f"NULL::{kind} AS {quoted(n)}" for n, kind in columns.items())


def create(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    filled: Iterable[str],
    temporary: bool = False,
) -> None:
    """Make the empty stored table with the `filled` columns, and the view of all `columns` over it."""
    there = frozenset(filled)
    defined = ", ".join(f"{quoted(n)} {kind}" for n, kind in columns.items() if n in there)
    make = "CREATE OR REPLACE TEMP TABLE" if temporary else "CREATE TABLE IF NOT EXISTS"
    con.execute(f"{make} {stored(name)} ({defined})")
    show(con, name, columns, temporary)


def show(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], temporary: bool = False) -> None:
    """Make the view of all `columns` over what is stored now."""
    kind = "TEMP VIEW" if temporary else "VIEW"
    listing = shown(columns, held(con, name))
    con.execute(f"CREATE OR REPLACE {kind} {quoted(name)} AS SELECT {listing} FROM {stored(name)}")


def widen(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], filled: Iterable[str]) -> None:
    """Store the columns of `filled` that are not stored yet; in the rows that are there they are null."""
    there = held(con, name)
    missing = [column for column in filled if column not in there]
    for column in missing:
        con.execute(f"ALTER TABLE {stored(name)} ADD COLUMN {quoted(column)} {columns[column]}")
    if missing:
        show(con, name, columns)


def insert(con: duckdb.DuckDBPyConnection, name: str, source: str) -> None:
    """Store rows of `source` (what follows FROM), which has every column by name and fills none that is not stored."""
    columns = listed(held(con, name))
    con.execute(f"INSERT INTO {stored(name)} ({columns}) SELECT {columns} FROM {source}")
