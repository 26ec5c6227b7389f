"""Whether what somebody brings stays within what they may see: its rows, and the documents and cases they belong to."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from cockpit.errors import NotAllowedError
from cockpit.model.types import Table
from cockpit.scope import Scope
from cockpit.warehouse import resolve
from cockpit.warehouse.identity import quoted
from cockpit.warehouse.rows import fetch, placed, whole
from cockpit.warehouse.staging import StagedPart


def lent(table: Table, scope: Scope) -> tuple[str, ...]:
    """The limited dimensions that rows of master data would decide for others: what they say beside their key is taken
    for documents that do not say it themselves."""
    own = ("ledger", "company", *table.unit)
    return tuple(name for name in scope.allowed if table.mode == "master" and table.has(name) and name not in own)


def check_new(con: duckdb.DuckDBPyConnection, table: Table, scope: Scope, parts: Sequence[StagedPart]) -> None:
    """NotAllowedError where a row of the delivery lies outside the scope, or its unit has current rows outside.

    A document that is known as it is counts as well. To be called before anything is stored.
    """
    if not scope.allowed:
        return
    foreign = f"SELECT _part, _row FROM {whole(table)} r WHERE {_outside(table, scope)}"
    touched = f"SELECT _part, _row FROM {placed(table)} WHERE _number IN ({_foreign_units(table, scope)})"
    counted = (
        f"SELECT count(*), arg_min(_part, (_part, _row)), arg_min(_row, (_part, _row)) FROM ({foreign} UNION {touched})"
    )
    ((lines, part, line),) = fetch(con, counted, _allowed(table, scope))
    if lines:
        told = {"rows": lines, "file": parts[int(str(part))].file, "row": line}
        raise NotAllowedError("rows_not_in_scope", action="deliver", resource=table.name, **told)


def check_held(con: duckdb.DuckDBPyConnection, table: Table, scope: Scope, delivery: int) -> None:
    """The same for the rows of a held delivery that is about to count."""
    if not scope.allowed:
        return
    resolve.units_of(con, table, delivery)
    foreign = f"SELECT 1 FROM {resolve.past(table)} r WHERE _delivery = {int(delivery)} AND {_outside(table, scope)}"
    touched = f"SELECT 1 FROM units WHERE number IN ({_foreign_units(table, scope)})"
    if fetch(con, f"{foreign} UNION {touched}", _allowed(table, scope)):
        raise NotAllowedError("delivery_not_in_scope", action="deliver", resource=table.name, delivery=delivery)


def check_moved(con: duckdb.DuckDBPyConnection, table: Table, scope: Scope, delivery: int) -> None:
    """NotAllowedError where the end of a delivery, which `resolve` has just settled, reaches beyond the scope: by rows
    of the delivery, by rows that stopped or began to count, or by the documents and cases these belong to."""
    if not scope.allowed:
        return
    moved = f"SELECT * FROM {resolve.leaving(table)} UNION ALL BY NAME SELECT * FROM {resolve.entering(table)}"
    own = f"SELECT 1 FROM {resolve.past(table)} r WHERE _delivery = {int(delivery)} AND {_outside(table, scope)}"
    foreign = f"SELECT 1 FROM ({moved}) r WHERE {_outside(table, scope)}"
    touched = f"SELECT 1 FROM ({moved}) r WHERE _number IN ({_foreign_units(table, scope)})"
    if fetch(con, f"{own} UNION {foreign} UNION {touched}", _allowed(table, scope)):
        raise NotAllowedError("undo_not_in_scope", action="deliver", resource=table.name, delivery=delivery)


def _limits(table: Table, scope: Scope) -> dict[str, str]:
    """The name of each parameter → the limited dimension it stands for; empty where rows of the table are nobody's who
    is limited by one of them."""
    if not all(table.has(name) for name in scope.allowed) or lent(table, scope):
        return {}
    return {f"allowed_{position}": name for position, name in enumerate(scope.allowed)}


def _allowed(table: Table, scope: Scope) -> dict[str, object]:
    return {param: sorted(scope.allowed[name]) for param, name in _limits(table, scope).items()}


def _outside(table: Table, scope: Scope) -> str:
    """SQL condition on the row ``r``; a row that does not say what limits the scope is outside it."""
    inside = [
        f"coalesce(list_contains(${param}::VARCHAR[], r.{quoted(name)}::VARCHAR), false)"
        for param, name in _limits(table, scope).items()
    ]
    return f"NOT ({' AND '.join(inside)})" if inside else "true"


def _foreign_units(table: Table, scope: Scope) -> str:
    return f"SELECT _number FROM {quoted(table.name)} r WHERE {_outside(table, scope)}"
