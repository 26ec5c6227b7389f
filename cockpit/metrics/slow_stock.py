"""Slow movers: what of the stock nobody has used for long, and since when."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from cockpit.metrics.inventory import COVERED_SHARE, by_warehouse
from cockpit.metrics.parts import Parts, ratio
from cockpit.metrics.positions import MATERIAL, currency, dressed, judged, positions, size_of, worth
from cockpit.metrics.stock_documents import behind, of_positions
from cockpit.metrics.types import FactContext

# Days without outflow from which on each band begins.
_BANDS = ((365, "365+"), (180, "180-364"), (90, "90-179"), (0, "0-89"))


def slow_facts(context: FactContext) -> ir.Table:
    """One row per position and period with stock: its value, and as numerator what of it nobody has used for long."""
    rows, enough = positions(context), int(context.params["days"])
    if by_warehouse(context):
        context.notes.append(("transfers_are_consumption", {}))
        rows = rows.mutate(used=ibis.greatest(rows.used, rows.sent))
    else:
        # A material is used when any of its warehouses uses it, and as old as its oldest stock.
        window = ibis.window(group_by=[*MATERIAL, "period_end"])
        rows = rows.mutate(
            used=rows.used.max().over(window),
            arrived=rows.arrived.min().over(window),
            history=ibis.ifelse(
                rows.history.isnull().any().over(window), ibis.null("int64"), rows.history.min().over(window)
            ),
        )
    rows = _received(rows.filter((rows.quantity != 0) | rows.quantity.isnull() | (rows.value != 0)), context)
    idle, present = rows.idle, rows.present
    lasting = (idle >= enough) & (present >= enough)
    unknown = (rows.used.isnull() | (idle >= enough)) & (present >= enough) & (rows.history.fill_null(0) < enough)
    facts = rows.mutate(
        reason=ibis.coalesce(judged(rows), ibis.ifelse(unknown, "outflow_unknown", "").nullif("")),
        age_band=ibis.cases(*((idle >= low, name) for low, name in _BANDS), else_=ibis.null("string")),
        numerator=ibis.ifelse(lasting.fill_null(False), worth(rows), 0),
        denominator=worth(rows),
        currency=currency(rows, context),
        size=size_of(rows),
    )
    return dressed(facts)


def _received(rows: ir.Table, context: FactContext) -> ir.Table:
    """Rows with ``present``, the days since they were first received, and ``idle``, those without outflow since."""
    balances = context.read("stock_balances")
    code = ibis.coalesce(balances.material_code, balances.material_name)
    first = balances.group_by("ledger", "company", material_code=code).aggregate(
        received=balances.first_received_on.min()
    )
    joined = rows.left_join(first, list(MATERIAL))
    arrived = ibis.least(joined.arrived, joined.received)
    present = joined.period_end.delta(arrived, unit="day") - 1
    since = joined.period_end.delta(joined.used, unit="day") - 1
    return joined.mutate(present=present, idle=ibis.coalesce(since, ibis.least(joined.history, present)))


def slow_documents(context: FactContext) -> ir.Table:
    """Documents behind what nobody has used for long: `numerator` is the value each one brings or takes."""
    rows = slow_facts(context)
    rows = rows.filter(rows.reason.isnull(), rows.numerator > 0)
    documents = of_positions(behind(context), rows, {"age_band": "age_band"})
    return documents.mutate(numerator=documents.value)


def told_share(parts: Parts) -> float | None:
    """Share of the quantity of which is known what it is worth and whether somebody used it."""
    return ratio(parts.counted("size") or 0, parts.total("size"))


def too_unclear(parts: Parts) -> bool:
    """Whether too little of the quantity is known for a figure."""
    told = told_share(parts)
    return told is not None and told < COVERED_SHARE


def slow_share(parts: Parts) -> float | None:
    """Slow value over all value; null where too little of it is known."""
    return None if too_unclear(parts) else ratio(parts.counted("numerator"), parts.counted("denominator"))
