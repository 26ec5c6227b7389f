"""Rows of stock by material: what lies where on a day, how one material moved, what it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import ibis
import ibis.expr.types as ir

from cockpit.metrics.stock_documents import sides
from cockpit.warehouse.statements import one, some

Read = Callable[[str], ir.Table]  # a table under the scope, limited to the ledgers asked for


def ledgers() -> tuple[str, ...]:
    """What stands for the ledgers that are given as ``ledgers`` when a statement is asked."""
    return (some("ledgers"),)


def lying(read: Read, places: Iterable[str]) -> ir.Table:
    """Per material (``code``) at the end of ``day``: ``lowest`` quantity of a place, ``unknown`` where any place's is
    not known, ``uom`` and ``other``, the first and last unit of measure. `places` are limited to the values given."""
    days = read("stock_days")
    for name in places:
        days = days.filter(days[name] == one(name))
    there = (days.from_day <= _day("day")) & (days.to_day > _day("day"))
    return days.group_by(code=days.material_code).aggregate(
        lowest=days.quantity.min(where=there),
        unknown=(there & days.quantity.isnull()).any(),
        uom=days.uom.min(),
        other=days.uom.max(),
    )


def spans(read: Read) -> ir.Table:
    """The days of ``material`` with one balance, for each place, in order."""
    days = read("stock_days")
    return days.filter(days.material_code == one("material")).order_by("from_day")


def moves(read: Read) -> ir.Table:
    """Movements of ``material`` from ``since`` to before ``before`` by the warehouse they change; no void ones."""
    rows = read("stock_movements")
    code = rows.material_code.coalesce(rows.material_name)
    rows = rows.filter(code == one("material"), ~rows.is_void.fill_null(False))
    return sides(rows.filter(rows.document_date >= _day("since"), rows.document_date < _day("before")))


def summaries(read: Read) -> ir.Table:
    """What delivered 收发存 say of ``material``."""
    rows = read("stock_summaries")
    code = rows.material_code.coalesce(rows.material_name)
    return rows.filter(code == one("material"), rows.period_end >= rows.period_start)


def names(read: Read, table: str) -> ir.Table:
    """Per material (``code``) one of the names that a table gives it."""
    rows = read(table)
    rows = rows.filter(rows.material_code.notnull(), rows.material_name.notnull())
    return rows.group_by(code=rows.material_code).aggregate(name=rows.material_name.min())


def _day(name: str) -> ir.DateValue:
    return ibis.literal(one(name)).cast("date")
