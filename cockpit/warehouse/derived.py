"""Keeping derived tables true: only the units that a change touches are computed again, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from cockpit.model.types import Table
from cockpit.warehouse import storage
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import quoted
from cockpit.warehouse.rows import count, fetch


@dataclass
class Change:
    """What one transaction changed: relations (SQL) of rows that entered and of rows that left, by table; settings
    touched."""

    entered: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)
    settings: set[str] = field(default_factory=set)

    def add(self, table: str, relation: str) -> None:
        self.entered.setdefault(table, []).append(relation)

    def remove(self, table: str, relation: str) -> None:
        self.left.setdefault(table, []).append(relation)

    @property
    def relations(self) -> dict[str, list[str]]:
        """Every relation of rows that entered or left, by table."""
        tables = dict.fromkeys((*self.entered, *self.left))
        return {table: [*self.entered.get(table, ()), *self.left.get(table, ())] for table in tables}


def run(con: duckdb.DuckDBPyConnection, derivations: Sequence[Derivation], change: Change) -> None:
    """Bring every derived table up to date with `change`, in order of declaration."""
    for derivation in derivations:
        everything = bool(change.settings.intersection(derivation.settings))
        if not everything and not any(change.relations.get(table) for table in derivation.inputs):
            continue
        if derivation.idle is not None and derivation.idle(con):
            continue
        touch(con, derivation, None if everything else change.relations)
        if derivation.prepare is not None:
            derivation.prepare(con)
        if not count(con, "SELECT count(*) FROM touched"):
            continue
        replace(con, derivation, change, keep_old=_read_later(derivation, derivations))


def touch(
    con: duckdb.DuckDBPyConnection, derivation: Derivation, relations: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Fill ``touched(unit)`` with the units of the changed rows; without them, of all rows and all old results."""
    selects: list[str] = []
    for table, unit in derivation.inputs.items():
        sources = [quoted(table)] if relations is None else relations.get(table, ())
        shared = ", ".join(quoted(column) for column in derivation.unit_columns.get(table, ()))
        if shared:
            sources = [f"(SELECT DISTINCT {shared} FROM {source})" for source in sources]
        selects.extend(f"SELECT DISTINCT {unit} AS unit FROM {source}" for source in sources)
    if relations is None:
        selects.append(f"SELECT DISTINCT _unit AS unit FROM {quoted(derivation.name)}")
    union = " UNION ".join(selects) or "SELECT NULL::UUID AS unit WHERE false"
    con.execute(f"CREATE OR REPLACE TEMP TABLE touched AS SELECT unit FROM ({union}) WHERE unit IS NOT NULL")


def replace(con: duckdb.DuckDBPyConnection, derivation: Derivation, change: Change, keep_old: bool) -> None:
    """Delete the touched units' results and compute them again."""
    name, fresh, old = (quoted(prefix + derivation.name) for prefix in ("", "fresh_", "old_"))
    columns = ", ".join(quoted(column) for column in derivation.columns)
    computed, mine = f"({derivation.statement})", "WHERE _unit IN (SELECT unit FROM touched)"
    if keep_old:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {fresh} AS SELECT {columns} FROM {computed}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE {old} AS SELECT {columns} FROM {name} {mine}")
        change.remove(derivation.name, old)
        change.add(derivation.name, fresh)
        computed = fresh
    con.execute(f"DELETE FROM {storage.stored(derivation.name)} {mine}")
    _insert(con, derivation, computed)


def _insert(con: duckdb.DuckDBPyConnection, derivation: Derivation, computed: str) -> None:
    """Store computed rows; columns that nothing can have filled are left out."""
    there = storage.filled(con, {source.partition(".")[0] for by in derivation.sources.values() for source in by})
    given = [
        column
        for column in derivation.columns
        if column not in derivation.sources
        or any(name in there[table] for table, _, name in (s.partition(".") for s in derivation.sources[column]))
    ]
    storage.widen(con, derivation.name, derivation.columns, given)
    storage.insert(con, derivation.name, computed)


def _read_later(derivation: Derivation, derivations: Iterable[Derivation]) -> bool:
    return any(derivation.name in other.inputs for other in derivations)


def local_day(table: Table, alias: str, ledgers: str) -> str | None:
    """SQL for the business day of a row in its ledger's zone; None where the table has no business day."""
    if table.business_day is None:
        return None
    column = f"{alias}.{quoted(table.business_day)}"
    if table.column(table.business_day).kind == "instant":
        return f"timezone({ledgers}.timezone, timezone('UTC', {column}))::DATE"
    return column


def count_days(con: duckdb.DuckDBPyConnection, table: Table, entered: Sequence[str], left: Sequence[str] = ()) -> None:
    """Bring ``data_days`` (rows per business day) up to date with the relations of rows that entered and that left."""
    day = local_day(table, "r", "l")
    if day is None:
        return
    counted = " UNION ALL ".join(
        f"SELECT r.ledger, r.company, {day} AS day, {sign} * count(*) AS rows FROM {source} r"
        " JOIN ledgers l ON l.name = r.ledger GROUP BY ALL"
        for sources, sign in ((entered, 1), (left, -1))
        for source in sources
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE moved_days AS SELECT ledger, company, day, sum(rows)::BIGINT AS rows"
        f" FROM ({counted}) WHERE day IS NOT NULL GROUP BY ALL HAVING sum(rows) <> 0"
    )
    same = "d.ledger = m.ledger AND d.company = m.company AND d.day = m.day"
    con.execute(
        "INSERT INTO moved_days SELECT d.ledger, d.company, d.day, d.rows FROM data_days d JOIN moved_days m"
        f' ON {same} WHERE d."table" = ?',
        [table.name],
    )
    con.execute(f'DELETE FROM data_days d USING moved_days m WHERE d."table" = ? AND {same}', [table.name])
    con.execute(
        "INSERT INTO data_days SELECT ledger, company, ?, day, sum(rows) FROM moved_days GROUP BY ALL"
        " HAVING sum(rows) <> 0",
        [table.name],
    )


def recount_days(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Fill ``data_days`` of a table from all its rows, after what makes a day of an instant has changed."""
    con.execute('DELETE FROM data_days WHERE "table" = ?', [table.name])
    count_days(con, table, [quoted(table.name)])


def compare(con: duckdb.DuckDBPyConnection, derivation: Derivation) -> int:
    """Rows in which the kept table differs from a full computation; the full computation stays."""
    touch(con, derivation)
    if derivation.prepare is not None:
        derivation.prepare(con)
    columns = ", ".join(quoted(column) for column in derivation.columns)
    name, full = quoted(derivation.name), quoted("full_" + derivation.name)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {full} AS SELECT {columns} FROM ({derivation.statement})")
    differing = fetch(
        con,
        f"SELECT (SELECT count(*) FROM (SELECT {columns} FROM {name} EXCEPT ALL SELECT {columns} FROM {full}))"
        f" + (SELECT count(*) FROM (SELECT {columns} FROM {full} EXCEPT ALL SELECT {columns} FROM {name}))",
    )
    if differing[0][0]:
        con.execute(f"DELETE FROM {storage.stored(derivation.name)}")
        _insert(con, derivation, full)
    con.execute(f"DROP TABLE {full}")
    return int(str(differing[0][0]))
