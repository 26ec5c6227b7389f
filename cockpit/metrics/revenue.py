"""Revenue: what was sold without tax, how it grew on last year, and what was left of it after cost."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.parts import Parts, ratio
from cockpit.metrics.types import FactContext, Metric, Thresholds

DIMENSIONS = ("product", "category", "customer", "region", "salesperson", "department", "company")


def sold_lines(context: FactContext) -> ir.Table:
    """Sales lines with the dimensions people ask by. A product goes by its code, a customer by its name."""
    lines = context.read("sales_facts")
    return lines.mutate(
        product=ibis.coalesce(lines.material_code, lines.material_name),
        customer=ibis.coalesce(lines.customer_name, lines.customer_code),
        document_table=ibis.literal("sales_lines"),
        document=lines["_unit"],
    )


def revenue_facts(context: FactContext) -> ir.Table:
    """One row per sales line; returns are negative lines of their own month."""
    lines = sold_lines(context)
    return lines.mutate(amount=lines.revenue)


def margin_facts(context: FactContext) -> ir.Table:
    """One row per sales line; a line without cost is left out with its revenue and counted."""
    lines = sold_lines(context)
    reason = ibis.cases(
        (lines.reason.notnull(), lines.reason),
        (lines.cost.isnull(), ibis.literal("no_cost")),
    )
    return lines.mutate(reason=reason, numerator=lines.revenue - lines.cost, denominator=lines.revenue)


def _covered_share(parts: Parts) -> float | None:
    """Share of the revenue that stands on lines with cost; null where all revenue is not positive."""
    return ratio(parts.counted("revenue"), parts.total("revenue"))


METRICS: tuple[Metric, ...] = (
    Metric(
        name="revenue",
        unit="amount",
        direction="up",
        importance="S",
        process="revenue",
        owner="sales",
        kind="sum",
        sources=("sales_lines",),
        dimensions=DIMENSIONS,
        facts=revenue_facts,
        needs=lambda _: frozenset({"amount"}),
    ),
    Metric(
        name="revenue_growth",
        unit="share",
        direction="up",
        importance="S",
        process="revenue",
        owner="sales",
        kind="sum",
        sources=("sales_lines",),
        dimensions=DIMENSIONS,
        facts=revenue_facts,
        thresholds=Thresholds(warning=Decimal(0)),
        growth=True,
        contribution=lambda _: "amount",
        needs=lambda _: frozenset({"amount"}),
    ),
    Metric(
        name="gross_margin_rate",
        unit="share",
        direction="up",
        importance="S",
        process="revenue",
        owner="finance",
        kind="ratio",
        sources=("sales_lines",),
        dimensions=DIMENSIONS,
        facts=margin_facts,
        thresholds=Thresholds(natural=True),
        parts={"revenue": lambda lines: lines.revenue.sum()},
        all_fields={"revenue_covered_share": _covered_share},
        contribution=lambda _: "amount",
        needs=lambda _: frozenset({"amount", "cost"}),
    ),
)
