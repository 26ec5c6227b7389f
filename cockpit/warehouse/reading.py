"""The only way to get a table: under an actor's scope, as an expression that any page's figure is built from."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cockpit.scope import Scope

if TYPE_CHECKING:  # Ibis takes long to load and only questions need it: loads do without
    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir


def schema(columns: Mapping[str, str]) -> dict[str, dt.DataType]:
    """DuckDB types as Ibis types."""
    from ibis.backends.sql.datatypes import DuckDBType

    return {name: DuckDBType.from_string(kind) for name, kind in columns.items()}


def unreachable(columns: Mapping[str, str], scope: Scope) -> tuple[str, ...]:
    """Dimensions that limit the scope and that the table does not have: such a table gives the actor nothing."""
    return tuple(name for name in scope.allowed if name not in columns)


def scoped(name: str, columns: Mapping[str, str], scope: Scope, ledgers: tuple[str, ...] | None) -> ir.Table:
    """The table under `scope`, limited to `ledgers` (None: all the scope reaches); hidden columns come back null."""
    import ibis

    table = ibis.table(schema(columns), name=name)
    if unreachable(columns, scope):
        return table.filter(ibis.literal(False))
    conditions = [table[dimension].isin(sorted(values)) for dimension, values in scope.allowed.items()]
    if ledgers is not None:
        conditions.append(table["ledger"].isin(sorted(ledgers)))
    limited = table.filter(*conditions) if conditions else table
    hidden = {column: ibis.null(limited[column].type()) for column in scope.hidden if column in columns}
    return limited.mutate(**hidden) if hidden else limited


def counted(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Rows of several tables by ledger, in one expression: table, ledger, n."""
    import ibis

    parts = []
    for name, rows in tables.items():
        found = rows.group_by("ledger").aggregate(n=rows.count())
        parts.append(found.select(found.ledger, table=ibis.literal(name), n=found.n))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


# One compiler and the tables it fills on first use serve all threads; they are never at it side by side.
_COMPILING = threading.Lock()


def compile_sql(expression: ir.Table) -> str:
    """The DuckDB statement of an expression."""
    import ibis

    with _COMPILING:
        return str(ibis.to_sql(expression, dialect="duckdb"))
