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


def _limits(table: Table, scope: Scope) -> dict[str, str]:
    """The name of each parameter → the limited dimension it stands for; empty where the table lacks one of them."""
    if not all(table.has(name) for name in scope.allowed):
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
