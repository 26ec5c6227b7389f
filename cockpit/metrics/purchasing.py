"""Purchasing: what was ordered, whether each step waited for the one before it, whether all came that was due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.parts import Parts
from cockpit.metrics.types import FactContext, Metric, Parameter, Thresholds, Unit

_BASIS = Parameter("count", ("count", "amount"))
_DISORDERS = (
    "order_before_approval",
    "receipt_before_approval",
    "receipt_before_order",
    "invoice_before_approval",
    "invoice_before_order",
    "invoice_before_receipt",
)


def _lines(context: FactContext) -> ir.Table:
    """Order lines with the dimensions people ask by, and where a drill leads."""
    lines = context.read("purchase_facts")
    return lines.mutate(
        supplier=ibis.coalesce(lines.supplier_name, lines.supplier_code),
        document_table=ibis.literal("purchase_orders"),
    )


def amount_facts(context: FactContext) -> ir.Table:
    """One row per order line; returns and reductions are negative lines of their own month."""
    return _lines(context)


def _measured(context: FactContext, lines: ir.Table, why_not: ir.Value) -> ir.Table:
    """Lines with `weight`, one or the line's amount, and the reason why they do not count.

    Counts have no currency, amounts without one do not count.
    """
    if context.params["basis"] == "amount":
        return lines.mutate(weight=lines.amount, reason=ibis.coalesce(lines.reason, why_not))
    void = ibis.cases((lines.is_void, ibis.literal("void")))
    lines = lines.mutate(weight=ibis.literal(1).cast("decimal(18, 4)"), reason=ibis.coalesce(void, why_not))
    return lines.drop("currency")


def maverick_facts(context: FactContext) -> ir.Table:
    """One row per order line; one with no approval, receipt or invoice to compare it with does not count."""
    lines = _lines(context)
    why_not = ibis.cases((~lines.compared, ibis.literal("nothing_to_compare")))
    lines = _measured(context, lines, why_not)
    found = lines.out_of_order.length() > 0
    return lines.mutate(numerator=ibis.ifelse(found, lines.weight, 0), denominator=lines.weight)


def shortfall_facts(context: FactContext) -> ir.Table:
    """One row per order line in the period of its required day.

    Where receipts tell what came, a line without any is short only if it was due while receipts were delivered.
    """
    lines = _lines(context)
    told = lines.filter(lines.receipt_on.notnull())
    spans = told.group_by("ledger", "company").aggregate(
        receipts_from=told.receipt_on.min(), receipts_to=told.last_receipt_on.max()
    )
    lines = lines.left_join(spans, ["ledger", "company"])
    lines = lines.drop("ledger_right", "company_right")
    lines = lines.mutate(
        day=ibis.coalesce(lines.required_on, lines.day),
        came=ibis.coalesce(lines.received, ibis.literal(0).cast("decimal(18, 6)")),
    )
    outside = lines.received.isnull() & ~lines.required_on.between(lines.receipts_from, lines.receipts_to).fill_null(
        False
    )
    why_not = ibis.cases(
        (lines.required_on.isnull(), ibis.literal("no_required_date")),
        (lines.required_on >= ibis.date(context.today), ibis.literal("not_due_yet")),
        (lines.quantity.isnull() | (lines.quantity <= 0), ibis.literal("no_quantity")),
        (outside, ibis.literal("receipts_not_known")),
    )
    lines = _measured(context, lines, why_not)
    short = ibis.greatest(lines.quantity - lines.came, 0)
    over = ibis.greatest(lines.came - lines.quantity, 0)
    rejected = lines.rejected
    if context.params["basis"] == "amount":
        price = lines.amount.cast("float64") / lines.quantity.cast("float64").nullif(0)
        parts = {"short": short * price, "over": over * price, "rejected": rejected * price}
        numerator = parts["short"] + parts["over"] + parts["rejected"].fill_null(0.0)
    else:
        parts = {name: (value > 0).cast("int64") for name, value in
                 (("short", short), ("over", over), ("rejected", rejected))}  # fmt: skip
        numerator = ibis.greatest(*(value.fill_null(0) for value in parts.values()))
    return lines.mutate(**parts, numerator=numerator, denominator=lines.weight)


def _needs(params: Mapping[str, str]) -> frozenset[str]:
    return frozenset({"amount"}) if params["basis"] == "amount" else frozenset()


def _weighs(params: Mapping[str, str]) -> Unit:
    return "amount" if params["basis"] == "amount" else "count"


def _disorder(name: str) -> Callable[[ir.Table], ir.Value]:
    return lambda lines: ibis.ifelse(lines.out_of_order.contains(name), lines.weight, 0).sum()


def _sum(name: str) -> Callable[[ir.Table], ir.Value]:
    return lambda lines: lines[name].sum()


def _told_by(source: str) -> Callable[[ir.Table], ir.Value]:
    return lambda lines: (lines.received_from == source).any()


def _rests_on(name: str) -> Callable[[Parts], bool]:
    return lambda parts: bool(parts.counted(name))


METRICS: tuple[Metric, ...] = (
    Metric(
        name="purchase_amount",
        unit="amount",
        direction="none",
        importance="T",
        process="procurement",
        owner="procurement",
        kind="sum",
        sources=("purchase_orders",),
        dimensions=("supplier", "category", "department"),
        facts=amount_facts,
        needs=lambda _: frozenset({"amount"}),
    ),
    Metric(
        name="maverick_rate",
        unit="share",
        direction="down",
        importance="T",
        process="procurement",
        owner="procurement",
        kind="ratio",
        sources=("purchase_orders", "process_events", "goods_receipts", "invoices"),
        dimensions=("supplier", "department"),
        facts=maverick_facts,
        thresholds=Thresholds(warning=Decimal("0.05")),
        params={"basis": _BASIS},
        fields={name: _disorder(name) for name in _DISORDERS},
        contribution=_weighs,
        needs=_needs,
    ),
    Metric(
        name="receipt_shortfall",
        unit="share",
        direction="down",
        importance="O",
        process="procurement",
        owner="procurement",
        kind="ratio",
        sources=("purchase_orders", "goods_receipts"),
        dimensions=("supplier",),
        facts=shortfall_facts,
        thresholds=Thresholds(warning=Decimal("0.05")),
        params={"basis": _BASIS},
        fields={"short": _sum("short"), "over": _sum("over"), "rejected": _sum("rejected")},
        parts={source: _told_by(source) for source in ("order", "receipts")},
        flags={"received_from_orders": _rests_on("order"), "received_from_receipts": _rests_on("receipts")},
        contribution=_weighs,
        needs=_needs,
    ),
)
