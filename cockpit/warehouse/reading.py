"""The only way to get a table: under an actor's scope, as an expression that any page's figure is built from."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cockpit.model.sensitive import pseudonyms
from cockpit.scope import Scope

if TYPE_CHECKING:  # Ibis takes long to load and only questions need it: loads do without
    from typing import TypeAlias

    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir

    Rows: TypeAlias = ir.Table  # for rooms that only hand them on


def schema(columns: Mapping[str, str]) -> dict[str, dt.DataType]:
    """DuckDB types as Ibis types."""
    from ibis.backends.sql.datatypes import DuckDBType

    return {name: DuckDBType.from_string(kind) for name, kind in columns.items()}


def unreachable(columns: Mapping[str, str], scope: Scope) -> tuple[str, ...]:
    """Dimensions that limit the scope and that the table does not have: such a table gives the actor nothing."""
    return tuple(name for name in scope.allowed if name not in columns)


def among(column: ir.Value, values: Iterable[str]) -> ir.BooleanValue:
    """Whether the column holds one of the values. A statement cannot hold a NUL, so that nothing equals such a text."""
    return column.isin(sorted(value for value in values if "\0" not in value))


def concealed(columns: Mapping[str, str], scope: Scope) -> frozenset[str]:
    """The columns that come back empty: hidden ones, and masked ones that hold no text or have no pseudonyms."""
    masks = {name for name in pseudonyms(scope).intersection(columns) if columns[name] == "VARCHAR"}
    return (scope.hidden | scope.masked).intersection(columns) - masks


def scoped(name: str, columns: Mapping[str, str], scope: Scope, ledgers: tuple[str, ...] | None) -> ir.Table:
    """The table under `scope`, limited to `ledgers` (None: all the scope reaches).

    Rows are chosen by what is true; only then columns that are `concealed` become null and masked ones pseudonyms.
    """
    import ibis

    table = ibis.table(schema(columns), name=name)
    if unreachable(columns, scope):
        return table.filter(ibis.literal(False))
    conditions = [among(table[dimension], values) for dimension, values in scope.allowed.items()]
    if ledgers is not None:
        conditions.append(among(table["ledger"], ledgers))
    limited = table.filter(*conditions) if conditions else table
    hidden = concealed(columns, scope)
    shown: dict[str, ir.Value] = {column: ibis.null(limited[column].type()) for column in hidden}
    for column in scope.masked.intersection(columns) - hidden:
        shown[column] = _pseudonym(limited[column], scope.mask_key)
    return limited.mutate(**dict(sorted(shown.items()))) if shown else limited


MASK = "＊"
_TOLD = 10  # hexadecimal digits: two of a hundred thousand texts share them in one of two hundred warehouses


def _pseudonym(text: ir.StringValue, key: str) -> ir.Value:
    """First character and a keyed digest; a text of one character is told by the digest alone.

    The statement holds a digest of the key, so that neither quotes nor the key itself get into it.
    """
    import ibis

    secret = hashlib.sha256(b"cockpit mask " + key.encode()).hexdigest()
    digest = ibis.literal(secret).concat(text).hexdigest("sha256").substr(0, _TOLD)
    first = ibis.ifelse(text.length() > 1, text.substr(0, 1), "")
    return ibis.ifelse(text == "", text, first.concat(MASK, digest))


def counted(tables: Mapping[str, tuple[ir.Table, str | None]]) -> ir.Table:
    """Rows of several tables (each with its business day) by ledger, in one: table, ledger, n, first, last."""
    import ibis

    parts = []
    for name, (rows, day) in tables.items():
        placed = rows.select("ledger", day=ibis.null("timestamp") if day is None else rows[day].cast("timestamp"))
        found = placed.group_by("ledger").aggregate(n=placed.count(), first=placed.day.min(), last=placed.day.max())
        parts.append(found.select("ledger", "n", "first", "last", table=ibis.literal(name)))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


# One compiler and the tables it fills on first use serve all threads; they are never at it side by side.
_COMPILING = threading.Lock()


def compile_sql(expression: ir.Table) -> str:
    """The DuckDB statement of an expression."""
    import ibis

    with _COMPILING:
        return str(ibis.to_sql(expression, dialect="duckdb"))
