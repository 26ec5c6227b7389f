"""The distinct words of a log and what they mean, as small tables that the statements join to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import duckdb

from cockpit.process.definition import (
    ProcessDefinition,
    declared,
    definition_of,
    final_rule,
    meaning_of,
    status_of,
)
from cockpit.warehouse.identity import key

# The unit of `process_rules`: one process of one ledger.
PROCESS_UNIT = key("'process'", "ledger", "process")

_PLACE = "ledger, company, coalesce(process, '') AS process"
_ACT = "coalesce(node, '') AS node, coalesce(activity, '') AS activity, coalesce(action, '') AS result"
_TOUCHED = "_doc IN (SELECT unit FROM touched)"

Definitions = Callable[[str, str, str], ProcessDefinition]


def touched_any(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(con.execute("SELECT 1 FROM touched LIMIT 1").fetchall())


def definitions(con: duckdb.DuckDBPyConnection) -> Definitions:
    """The definition by ledger, company and process, each put together once."""
    rows = declared(con)
    known: dict[tuple[str, str, str], ProcessDefinition] = {}

    def find(ledger: str, company: str, process: str) -> ProcessDefinition:
        place = (ledger, company, process)
        if place not in known:
            known[place] = definition_of(rows, *place)
        return known[place]

    return find


def choose_rules(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``chosen_rules`` with the final rule of every touched process, from all current acts of the process."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chosen_rules (_unit UUID, ledger VARCHAR, process VARCHAR, final_rule VARCHAR,"
        " chosen_by VARCHAR)"
    )
    if not touched_any(con):
        return
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE touched_processes AS SELECT {PROCESS_UNIT} AS unit, ledger, process FROM"
        " (SELECT DISTINCT ledger, coalesce(process, '') AS process FROM process_events)"
        f" WHERE {PROCESS_UNIT} IN (SELECT unit FROM touched)"
    )
    acts = con.execute(
        f"SELECT DISTINCT {_PLACE}, {_ACT} FROM process_events WHERE acted_at IS NOT NULL"
        " AND (ledger, coalesce(process, '')) IN (SELECT (ledger, process) FROM touched_processes)"
    ).fetchall()
    find = definitions(con)
    explicit = {
        (ledger, process)
        for ledger, company, process, node, activity, result in acts
        if meaning_of(find(ledger, company, process), node, activity, result).action == "final_approve"
    }
    processes = con.execute("SELECT unit, ledger, process FROM touched_processes").fetchall()
    rows = [
        (unit, ledger, process, *final_rule(find(ledger, "", process), (ledger, process) in explicit))
        for unit, ledger, process in processes
    ]
    _insert(con, "chosen_rules", ("UUID", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"), rows)


def map_words(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``act_words``, ``status_words`` and ``declared_nodes`` for the cases in ``touched``.

    Cases of a process whose final rule has changed since they were derived are touched as well: the rule holds for all
    of a process's cases, those that nobody delivered anew included.
    """
    con.execute(
        "INSERT INTO touched SELECT DISTINCT a._unit FROM approval_acts a JOIN process_rules r ON r.ledger = a.ledger"
        " AND r.process = coalesce(a.process, '') WHERE a.final_rule <> r.final_rule"
        " AND a._unit NOT IN (SELECT unit FROM touched)"
    )
    find = definitions(con)
    place = {"ledger": "VARCHAR", "company": "VARCHAR", "process": "VARCHAR"}
    texts = {"node": "VARCHAR", "activity": "VARCHAR", "result": "VARCHAR"}
    told = {"deed": "VARCHAR", "state": "VARCHAR", "parallel": "BOOLEAN"}
    declared_ones = {"place": "INTEGER", "target_seconds": "BIGINT"}
    acts = con.execute(f"SELECT DISTINCT {_PLACE}, {_ACT} FROM process_events WHERE {_TOUCHED}").fetchall()
    _fill(con, "act_words", place | texts | told | declared_ones, _act_rows(acts, find))
    statuses = con.execute(
        f"SELECT DISTINCT {_PLACE}, document_status FROM process_events"
        f" WHERE {_TOUCHED} AND document_status IS NOT NULL"
    ).fetchall()
    status_rows = [(*row, status_of(find(*row[:3]), row[3])) for row in statuses]
    _fill(con, "status_words", place | {"document_status": "VARCHAR", "standing": "VARCHAR"}, status_rows)
    declare_ways(con)


def declare_ways(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``declared_nodes`` and ``declared_paths`` for the processes of the cases in ``touched``."""
    find = definitions(con)
    places = con.execute(f"SELECT DISTINCT {_PLACE} FROM process_events WHERE {_TOUCHED}").fetchall()
    rows = [(*where, i, node.from_amount) for where in places for i, node in enumerate(find(*where).nodes, 1)]
    columns = dict.fromkeys(("ledger", "company", "process"), "VARCHAR")
    _fill(con, "declared_nodes", columns | {"place": "INTEGER", "from_amount": "DECIMAL(18,4)"}, rows)
    paths = [(*where, list(path)) for where in places for path in find(*where).paths]
    _fill(con, "declared_paths", columns | {"stops": "VARCHAR[]"}, paths)


def _act_rows(acts: Sequence[tuple[str, ...]], find: Definitions) -> Iterable[tuple[object, ...]]:
    for act in acts:
        ledger, company, process, node, activity, result = act
        means = meaning_of(find(ledger, company, process), node, activity, result)
        yield (*act, means.action, means.state, means.parallel, means.place, means.target_seconds)


def _fill(
    con: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: Iterable[tuple[object, ...]]
) -> None:
    described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({described})")
    _insert(con, table, tuple(columns.values()), rows)


def _insert(
    con: duckdb.DuckDBPyConnection, table: str, kinds: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """All rows in one statement; a statement per row takes seconds for a log with thousands of words."""
    lists = [list(column) for column in zip(*rows, strict=True)]
    if lists:
        selected = ", ".join(f"unnest(?::{kind}[])" for kind in kinds)
        con.execute(f"INSERT INTO {table} SELECT {selected}", lists)
