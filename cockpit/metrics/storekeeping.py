"""How well stock is kept: whether counts agree with the books, how late movements are written down, and how soon what
runs low is ordered."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.positions import currency
from cockpit.metrics.types import FactContext, LedgerFacts, Metric, Parameter, Thresholds

_HOUR = 3600
_LATE_HOURS = 4


def count_facts(context: FactContext) -> ir.Table:
    """One row per counted line of a balance: by count one, or by value its book value; as numerator where it agrees."""
    balances = context.read("stock_balances")
    rows = balances.filter(balances.quantity_counted.notnull())
    by_value = context.params["basis"] == "value"
    value = ibis.coalesce(rows.cost_amount, rows.quantity * rows.unit_cost).cast("decimal(18, 4)")
    uncosted = ibis.literal(by_value) & value.isnull() & (rows.quantity != 0)
    negative = ibis.literal(by_value) & ((rows.quantity < 0) | (value < 0))
    weight = value.fill_null(0) if by_value else ibis.literal(1, "decimal(18, 4)")
    facts = rows.mutate(
        day=rows.as_of_day,
        reason=ibis.cases(
            (rows.quantity.isnull(), ibis.literal("no_book_quantity")),
            (uncosted, ibis.literal("not_costed")),
            (negative, ibis.literal("negative_stock")),
        ),
        numerator=ibis.ifelse(rows.quantity_counted == rows.quantity, weight, 0),
        denominator=weight,
        surplus=ibis.greatest(rows.quantity_counted - rows.quantity, 0),
        shortage=ibis.greatest(rows.quantity - rows.quantity_counted, 0),
        document_table=ibis.literal("stock_balances"),
        document=rows["_doc"],
        document_no=ibis.null("string"),
    )
    if not by_value:
        return facts.drop("currency")  # counts are in no currency
    own = rows.currency.strip().upper().nullif("")
    return facts.mutate(currency=ibis.coalesce(own, currency(rows, context)))


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp"), "timestamp"))  # type: ignore[untyped-decorator]
def _in_zone(zone: ir.Value, instant: ir.Value) -> None:
    """DuckDB's own: a wall time as the instant it is in a zone, an instant as the wall time it is there."""


def _midnight(instant: ir.Value, zone: ir.Value) -> ir.Value:
    """Whether it is midnight in the ledger's zone: what a day without a time of day is read as."""
    wall = _in_zone(zone, _in_zone(ibis.literal("UTC"), instant))
    # Zones differ from UTC by whole quarters of an hour: of all other instants the zone, slow to apply, is not asked.
    quarter = instant == instant.truncate("m")
    quarter = quarter & (instant.minute() % 15 == 0)
    return ibis.ifelse(quarter, wall == wall.truncate("D"), False)


def _zone(rows: ir.Table, ledgers: tuple[LedgerFacts, ...]) -> ir.Value:
    zones = {one.name: one.timezone for one in ledgers}
    if len(set(zones.values())) == 1:
        return ibis.literal(next(iter(zones.values())))
    return ibis.cases(*((rows.ledger == name, zone) for name, zone in zones.items()))


def posting_facts(context: FactContext) -> ir.Table:
    """One row per line of a movement: seconds from when it happened until it was posted, around the clock."""
    rows = context.read("stock_movements")
    zone = _zone(rows, context.ledgers)
    microseconds = rows.posted_at.delta(rows.occurred_at, unit="microsecond")
    return rows.mutate(
        day=rows.document_date,
        seconds=microseconds.cast("float64") / 1_000_000,
        reason=ibis.cases(
            (rows.is_void.fill_null(False), ibis.literal("void")),
            (rows.occurred_at.isnull() | rows.posted_at.isnull(), ibis.literal("no_instant")),
            (_midnight(rows.occurred_at, zone) | _midnight(rows.posted_at, zone), ibis.literal("day_only")),
            (rows.posted_at < rows.occurred_at, ibis.literal("out_of_order")),
        ),
        document_table=ibis.literal("stock_movements"),
        document=rows["_doc"],
    )


def replenishment_facts(context: FactContext) -> ir.Table:
    """One row per fall below the reorder point, on the day of the order; one without an order on the day it fell."""
    rows = context.read("replenishments")
    microseconds = rows.ordered_at.delta(rows.below_at, unit="microsecond").cast("float64")
    worked = (rows.w_ordered - rows.w_below).cast("float64")
    rows = rows.mutate(seconds=worked if context.params["clock"] == "working" else microseconds / 1_000_000)
    beyond = ibis.cases((rows.seconds.isnull(), ibis.literal("outside_calendar")))
    return rows.mutate(
        day=ibis.ifelse(rows.reason.isnull(), rows.ordered_on, rows.below_on),
        reason=ibis.coalesce(rows.reason, beyond),
        provisional=rows.hours_provisional,
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        name="count_accuracy",
        unit="share",
        direction="up",
        importance="O",
        process="inventory",
        owner="warehouse",
        kind="ratio",
        sources=("stock_balances",),
        dimensions=("warehouse", "category"),
        facts=count_facts,
        thresholds=Thresholds(target=Decimal("0.98")),
        params={"basis": Parameter("count", ("count", "value"))},
        fields={"surplus": lambda rows: rows.surplus.sum(), "shortage": lambda rows: rows.shortage.sum()},
        contribution=lambda params: "count" if params["basis"] == "count" else "amount",
        needs=lambda params: frozenset() if params["basis"] == "count" else frozenset({"cost"}),
    ),
    Metric(
        name="posting_lag",
        unit="hours",
        direction="down",
        importance="O",
        process="inventory",
        owner="warehouse",
        kind="duration",
        sources=("stock_movements",),
        dimensions=("warehouse", "movement_kind"),
        facts=posting_facts,
        thresholds=Thresholds(target=Decimal(_LATE_HOURS)),
        fields={"share_late": lambda rows: (rows.seconds > _LATE_HOURS * _HOUR).cast("float64").mean()},
        scale=Decimal(1) / _HOUR,
    ),
    Metric(
        name="replenishment_response",
        unit="hours",
        direction="down",
        importance="T",
        process="inventory",
        owner="warehouse",
        kind="duration",
        sources=("stock_movements", "stock_balances", "purchase_orders"),
        dimensions=("warehouse",),
        facts=replenishment_facts,
        thresholds=Thresholds(target=Decimal(1)),
        params={"clock": Parameter("working", ("working", "calendar"))},
        fields={
            "share_zero": lambda rows: (rows.seconds == 0).cast("float64").mean(),
            "share_by_day": lambda rows: rows.by_day.cast("float64").mean(),
        },
        scale=Decimal(1) / _HOUR,
    ),
)
