"""Reconciliation: how much of the invoices is settled by linked payments, and what is open beyond its due day."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.types import FactContext, Metric, Parameter, Thresholds

AGE_BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("1-30", 1, 30),
    ("31-60", 31, 60),
    ("61-90", 61, 90),
    ("90+", 91, None),
)


def _items(context: FactContext) -> ir.Table:
    """Invoices as they stood at each period's end: one row per invoice and period it was issued in or before."""
    items = context.read("open_items")
    periods = context.periods
    joined = items.inner_join(
        periods,
        [items.from_day < periods.period_end, items.to_day >= periods.period_end, items.day < periods.period_end],
    )
    return joined.mutate(
        # Days between dates are whole numbers; a date less an interval would be an instant, slower to compare.
        days_late=joined.period_end.delta(joined.due_day, unit="day") - 1,
        partner=ibis.coalesce(joined.partner_name, joined.partner_code),
        document_table=ibis.literal("invoices"),
    )


def reconciled_facts(context: FactContext) -> ir.Table:
    """One row per invoice and period: allocated and total, or matched and one."""
    items = _items(context)
    reason = items.reason
    if context.params["population"] == "due":
        items = items.filter(items.due_day.isnull() | (items.days_late >= 0))
        reason = ibis.coalesce(items.reason, ibis.ifelse(items.due_day.isnull(), "no_due_date", ibis.null("string")))
    if context.params["basis"] == "count":
        return items.mutate(reason=reason, numerator=items.matched.cast("int64"), denominator=ibis.literal(1, "int64"))
    return items.mutate(reason=reason, numerator=items.allocated, denominator=items.total)


def overdue_facts(context: FactContext) -> ir.Table:
    """One row per invoice open beyond its due day at the period's end; credit notes stand apart."""
    items = _items(context)
    items = items.filter(items.reason.notnull() | (items.open != 0))
    items = items.filter(items.due_day.isnull() | (items.days_late > 0))
    late = items.days_late
    reason = ibis.cases(
        (items.reason.notnull(), items.reason),
        (items.due_day.isnull(), ibis.literal("no_due_date")),
        (items.open < 0, ibis.literal("credit_note")),
    )
    bands = [(late >= low if high is None else late.between(low, high), name) for name, low, high in AGE_BANDS]
    return items.mutate(reason=reason, age_band=ibis.cases(*bands), amount=items.open)


def _band(low: int, high: int | None) -> Callable[[ir.Table], ir.Value]:
    """Amount so many days late; told by the days, as comparing the bands' names takes twice as long,
    and as an amount or nothing, as a sum of some rows only takes longer."""

    def amount(items: ir.Table) -> ir.Value:
        late = items.days_late >= low if high is None else items.days_late.between(low, high)
        return ibis.ifelse(late, items.amount, 0).sum()

    return amount


METRICS: tuple[Metric, ...] = (
    Metric(
        name="reconciled_rate",
        unit="share",
        direction="up",
        importance="T",
        process="reconciliation",
        owner="finance",
        kind="ratio",
        sources=("invoices", "payments"),
        dimensions=("partner", "side", "company", "month"),
        facts=reconciled_facts,
        placement="periods",
        thresholds=Thresholds(target=Decimal("0.98"), warning=Decimal("0.98"), critical=Decimal("0.95")),
        params={
            "basis": Parameter("amount", ("amount", "count")),
            "population": Parameter("issued", ("issued", "due")),
        },
        fields={
            "documents_matched": lambda items: items.matched.cast("int64").sum(),
            "open_amount": lambda items: items.open.sum(),
        },
        as_of=True,
        contribution=lambda params: "count" if params["basis"] == "count" else "amount",
        split=("side",),
        needs=lambda _: frozenset({"amount"}),
    ),
    Metric(
        name="overdue_amount",
        unit="amount",
        direction="down",
        importance="T",
        process="reconciliation",
        owner="finance",
        kind="sum",
        sources=("invoices", "payments"),
        dimensions=("partner", "side", "age_band", "company"),
        facts=overdue_facts,
        placement="periods",
        thresholds=Thresholds(natural=True),
        fields={
            "overdue_1_30": _band(1, 30),
            "overdue_31_60": _band(31, 60),
            "overdue_61_90": _band(61, 90),
            "overdue_over_90": _band(91, None),
            "oldest_days": lambda items: items.days_late.max(),
        },
        as_of=True,
        split=("side",),
        needs=lambda _: frozenset({"amount"}),
    ),
)
