"""Fulfilment: how much of what was sold comes back, how long orders take, and how many lines leave when promised."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.parts import Parts, ratio
from cockpit.metrics.revenue import sold_lines
from cockpit.metrics.types import FactContext, Metric, Parameter, Thresholds

_HOUR = 3600


def _original_days(lines: ir.Table) -> ir.Table:
    """For each number under which goods were sold, on one day only, that day."""
    named = lines.filter(lines.origin_no.notnull())
    named = named.select(of_ledger="ledger", of_company="company", of_no="origin_no").distinct()
    sold = lines.filter(~lines.is_return, lines.reason.isnull())
    sold = sold.mutate(number=sold.document_no.strip().upper())
    same = [sold.ledger == named.of_ledger, sold.company == named.of_company, sold.number == named.of_no]
    found = sold.inner_join(named, same)
    days = found.group_by(["of_ledger", "of_company", "of_no"]).aggregate(sold_on=found.day.min(), last=found.day.max())
    return days.filter(days.sold_on == days["last"]).drop("last")


def return_facts(context: FactContext) -> ir.Table:
    """One row per sales line: what came back of it, or what was sold."""
    lines = sold_lines(context)
    if context.params["cohort"] == "sale":
        days = _original_days(lines)
        same = [lines.ledger == days.of_ledger, lines.company == days.of_company, lines.origin_no == days.of_no]
        lines = lines.left_join(days, same)
        back = lines.revenue < 0
        lines = lines.mutate(
            day=ibis.ifelse(back & lines.sold_on.notnull(), lines.sold_on, lines.day),
            reason=ibis.cases(
                (lines.reason.notnull(), lines.reason),
                (back & lines.sold_on.isnull(), ibis.literal("return_not_linked")),
            ),
        )
    none = ibis.literal(0, "decimal(18, 4)")
    return lines.mutate(
        numerator=ibis.ifelse(lines.revenue < 0, -lines.revenue, none),
        denominator=ibis.ifelse(lines.revenue > 0, lines.revenue, none),
    )


def _linked_share(parts: Parts) -> float | None:
    """Share of what came back that names the sale it belongs to."""
    if parts.params["cohort"] != "sale":
        return None
    return ratio(parts.counted("returned") or 0, parts.total("returned", None, "return_not_linked"))


def cycle_facts(context: FactContext) -> ir.Table:
    """One row per order; broken down by warehouse or channel, one for what each of them had of it."""
    lines = sold_lines(context)
    lines = lines.filter(~lines.is_return)
    lines = lines.mutate(live=ibis.coalesce(lines.reason, "") != "void")
    asked = [name for name in ("warehouse", "channel") if name in (*context.by, *context.where)]
    keys = ["ledger", "company", "document_table", "document", "document_no", *asked]
    others = {
        name: ibis.ifelse(lines[name].min() == lines[name].max(), lines[name].min(), ibis.null("string"))
        for name in ("warehouse", "channel")
        if name not in asked
    }
    orders = lines.group_by(keys).aggregate(
        ordered_on=lines.day.min(),
        live=lines.live.any(),
        shipped=(lines.shipped_at.notnull() & ~lines.is_short).all(where=lines.live),
        provisional=lines.hours_provisional.any(),
        **{name: lines[name].min(where=lines.live) for name in ("confirmed_at", "w_confirmed", "confirmed_on")},
        **{name: lines[name].max(where=lines.live) for name in ("shipped_at", "w_shipped", "shipped_on")},
        **others,
    )
    microseconds = orders.shipped_at.delta(orders.confirmed_at, unit="microsecond").cast("float64")
    worked = (orders.w_shipped - orders.w_confirmed).cast("float64")
    orders = orders.mutate(seconds=worked if context.params["clock"] == "working" else microseconds / 1_000_000)
    return orders.mutate(
        day=ibis.coalesce(
            ibis.ifelse(orders.shipped, orders.shipped_on, ibis.null("date")), orders.confirmed_on, orders.ordered_on
        ),
        reason=ibis.cases(
            (~orders.live, ibis.literal("void")),
            (orders.confirmed_at.isnull(), ibis.literal("no_confirmation")),
            (~orders.shipped, ibis.literal("not_shipped")),
            (orders.shipped_at < orders.confirmed_at, ibis.literal("out_of_order")),
            (orders.seconds.isnull(), ibis.literal("outside_calendar")),
        ),
    )


def delivery_facts(context: FactContext) -> ir.Table:
    """One row per order line, on the day it was promised for.

    Where a company's source never tells when anything left, a line without that day is unknown, not late.
    """
    lines = sold_lines(context)
    lines = lines.filter(~lines.is_return)
    telling = lines.filter(lines.shipped_on.notnull()).select(on_ledger="ledger", on_company="company").distinct()
    same = [lines.ledger == telling.on_ledger, lines.company == telling.on_company]
    lines = lines.left_join(telling, same)
    unknown = lines.shipped_on.isnull() & (lines.on_ledger.isnull() | lines.is_complete)
    lines = lines.drop("currency")  # lines are counted, which are in no currency
    in_time = (lines.shipped_on <= lines.required_day).fill_null(False) & ~lines.is_short
    return lines.mutate(
        day=ibis.coalesce(lines.required_day, lines.day),
        reason=ibis.cases(
            (lines.reason == "void", lines.reason),
            (lines.required_day.isnull(), ibis.literal("no_promised_day")),
            (unknown, ibis.literal("shipping_unknown")),
        ),
        numerator=in_time.cast("int64"),
        denominator=ibis.literal(1, "int64"),
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        name="return_rate",
        unit="share",
        direction="down",
        importance="O",
        process="revenue",
        owner="sales",
        kind="ratio",
        sources=("sales_lines",),
        dimensions=("product", "customer"),
        facts=return_facts,
        thresholds=Thresholds(warning=Decimal("0.03")),
        params={"cohort": Parameter("return", ("return", "sale"))},
        parts={"returned": lambda lines: lines.numerator.sum()},
        all_fields={"linked_share": _linked_share},
        contribution=lambda _: "amount",
        needs=lambda _: frozenset({"amount"}),
    ),
    Metric(
        name="order_cycle_time",
        unit="hours",
        direction="down",
        importance="O",
        process="revenue",
        owner="sales",
        kind="duration",
        sources=("sales_lines",),
        dimensions=("warehouse", "channel"),
        facts=cycle_facts,
        thresholds=Thresholds(natural=True),
        params={"clock": Parameter("working", ("working", "calendar"))},
        fields={"share_zero": lambda orders: (orders.seconds == 0).cast("float64").mean()},
        scale=Decimal(1) / _HOUR,
    ),
    Metric(
        name="on_time_delivery_rate",
        unit="share",
        direction="up",
        importance="T",
        process="revenue",
        owner="sales",
        kind="ratio",
        sources=("sales_lines",),
        dimensions=("customer", "warehouse"),
        facts=delivery_facts,
        thresholds=Thresholds(warning=Decimal("0.95")),
        paced_by=("sales_lines",),
        contribution=lambda _: "count",
    ),
)
