"""Stock: what it is worth, how long it lasts, what of it nobody uses, where it is negative and where it runs out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.inventory import by_warehouse, covered_share, mixed_units
from cockpit.metrics.parts import Parts, ratio
from cockpit.metrics.positions import (
    FLAGS,
    MATERIAL,
    PARTS,
    SOURCES,
    before,
    currency,
    dressed,
    judged,
    known,
    positions,
    size_of,
    too_little,
    worth,
)
from cockpit.metrics.slow_stock import slow_documents, slow_facts, slow_share, told_share, too_unclear
from cockpit.metrics.stock_documents import behind, moved, movements, of_positions
from cockpit.metrics.types import FactContext, Metric, Parameter, Thresholds

_COVER_DAYS = 30
_LONGEST_MONTH = 31
_USES = ["sale", "production_issue", "return_in"]


# ---------------------------------------------------------------- value


def value_facts(context: FactContext) -> ir.Table:
    """One row per position and period: its value on the period's last day."""
    rows = dressed(positions(context))
    return rows.mutate(
        reason=judged(rows), amount=worth(rows), currency=currency(rows, context), size=size_of(rows), held=_held(rows)
    )


def value_documents(context: FactContext) -> ir.Table:
    """Documents behind the value: `amount` is what each one brings or takes."""
    rows = behind(context)
    return rows.mutate(amount=rows.value)


def _held(rows: ir.Table) -> ir.Value:
    return ((rows.quantity != 0) | (rows.value != 0)).fill_null(False).cast("int64")


def stock_value(parts: Parts) -> float | None:
    """The sum of values; null where too little of the quantity has one."""
    amount = parts.counted("amount")
    return None if amount is None or too_little(parts) else float(amount)


# ---------------------------------------------------------------- negative stock


def negative_facts(context: FactContext) -> ir.Table:
    """One row per material (and warehouse, where warehouses are looked at) with stock: is any of it negative."""
    rows, amounts = positions(context), context.params["basis"] == "any"
    held, negative = rows.quantity != 0, rows.quantity < 0
    if amounts:
        held, negative = held | (rows.value != 0).fill_null(False), negative | (rows.value < 0).fill_null(False)
    rows = rows.mutate(held=held, negative=negative, unknown=rows.quantity.isnull())
    if by_warehouse(context):
        grouped = rows.mutate(**{name: rows.source == name for name in PARTS})
    else:
        grouped = rows.group_by(*MATERIAL, "period_start").aggregate(
            held=rows.held.any(),
            negative=rows.negative.any(),
            unknown=rows.unknown.all(),
            **{name: make(rows) for name, make in PARTS.items()},
        )
        grouped = grouped.mutate(warehouse=ibis.null("string"))
    grouped = dressed(grouped.filter(grouped.held | grouped.unknown))
    return grouped.mutate(
        # Two words: DuckDB 2.0 loses a filter on a CASE that holds one word or null.
        reason=ibis.ifelse(grouped.unknown, "no_balance", "").nullif(""),
        numerator=grouped.negative.cast("int64"),
        denominator=grouped.held.cast("int64"),
    )


def negative_documents(context: FactContext) -> ir.Table:
    """Documents behind positions that are negative: `numerator` is the quantity each one brings or takes."""
    rows = positions(context)
    negative = rows.quantity < 0
    if context.params["basis"] == "any":
        negative = negative | (rows.value < 0).fill_null(False)
    documents = of_positions(behind(context), rows.filter(negative))
    return documents.mutate(numerator=documents.quantity)


def _any(name: str) -> Callable[[ir.Table], ir.Value]:
    return lambda rows: rows[name].any()


# ---------------------------------------------------------------- cover


def _outflow(context: FactContext) -> ir.Table:
    """What each position used, or also sent where warehouses are looked at, in the 30 days up to a period's end."""
    days = context.read("stock_days")
    periods = context.periods.mutate(begins=before(context.periods.period_end, _COVER_DAYS))
    flows = days.filter(days.moved)
    flows = flows.inner_join(periods, [flows.day >= periods.begins, flows.day < periods.period_end])
    used = flows.used_quantity + flows.sent_quantity if by_warehouse(context) else flows.used_quantity
    return flows.group_by(*MATERIAL, "period_end", place=flows.warehouse.fill_null("")).aggregate(flow=used.sum())


def cover_facts(context: FactContext) -> ir.Table:
    """One row per position and period with stock or outflow: quantity on hand, and mean outflow of a day."""
    if by_warehouse(context):
        context.notes.append(("transfers_are_consumption", {}))
    rows = positions(context)
    rows = rows.mutate(place=rows.warehouse.fill_null(""))
    rows = rows.left_join(_outflow(context), [*MATERIAL, "place", "period_end"])
    summed = rows.source == "summaries"
    flow = ibis.ifelse(summed, rows.out, rows.flow.fill_null(0)).cast("float64")
    days = ibis.ifelse(summed, rows.out_days, _COVER_DAYS)
    rows = rows.filter((rows.quantity != 0) | rows.quantity.isnull() | (flow != 0))
    facts = rows.mutate(
        reason=ibis.cases(
            (rows.quantity.isnull(), ibis.literal("no_balance")),
            (summed & (rows.out_days > _LONGEST_MONTH), ibis.literal("summary_too_long")),
            (~summed & (rows.history.fill_null(0) < _COVER_DAYS), ibis.literal("outflow_unknown")),
        ),
        numerator=rows.quantity,
        # Whole steps add up to the same in any order; what rounding leaves out of a day is nothing one could see.
        denominator=(flow / days).cast("decimal(38, 9)"),
        negative=(rows.quantity < 0).cast("int64"),
    )
    return dressed(_classed(facts, context))


def _classed(rows: ir.Table, context: FactContext) -> ir.Table:
    """Rows with the ABC class of the company's master data, else the ledger's, where it is asked for."""
    if "abc_class" not in (*context.by, *context.where):
        return rows.mutate(abc_class=ibis.null("string"))
    materials = context.read("materials")
    classes = materials.group_by("ledger", "company", "material_code").aggregate(abc_class=materials.abc_class.min())
    own = rows.left_join(classes.rename(own_class="abc_class"), list(MATERIAL), rname="{name}_own")
    everywhere = classes.filter(classes.company == "").select("ledger", "material_code", "abc_class")
    joined = own.left_join(everywhere, ["ledger", "material_code"], rname="{name}_everywhere")
    return joined.mutate(abc_class=ibis.coalesce(joined.own_class, joined.abc_class))


def cover_documents(context: FactContext) -> ir.Table:
    """Movements of the 30 days up to the period's end that used stock: `numerator` is the quantity."""
    moves = moved(context, _COVER_DAYS)
    kinds = [*_USES, "transfer_out"] if by_warehouse(context) else _USES
    used = moves.filter(moves.movement_kind.isin(kinds))
    documents = movements(used, used.quantity)
    return _classed(documents.mutate(numerator=-documents.quantity), context)


def cover_days(parts: Parts) -> float | None:
    """Days: quantity on hand over the mean outflow of a day. Null unless 0 or more over more than 0."""
    quantity = parts.counted("numerator")
    return None if quantity is None or quantity < 0 else ratio(quantity, parts.counted("denominator"))


def _no_outflow(parts: Parts) -> bool:
    flow, quantity = parts.counted("denominator"), parts.counted("numerator")
    return (flow is not None and flow <= 0) or (quantity is not None and quantity < 0)


# ---------------------------------------------------------------- stock-outs


def stock_out_facts(context: FactContext) -> ir.Table:
    """One row per position and period with demand: its days with demand, and those of them without stock.

    A day has demand when some was used or sent to another warehouse on it or shortly before.
    """
    spans = _demanded(context)
    told = spans.group_by(*MATERIAL, "warehouse", "category", "period_start").aggregate(
        numerator=spans.empty.sum(),
        denominator=spans.length.sum(),
        unknown=spans.quantity.isnull().any(),
        summed=ibis.literal(False),
    )
    facts = dressed(told.union(_undated(context, told)))
    return facts.mutate(
        reason=ibis.cases(
            (facts.summed, ibis.literal("no_daily_stock")),
            (facts.unknown, ibis.literal("no_balance")),
        )
    )


def _demanded(context: FactContext) -> ir.Table:
    """Spans of one balance inside the periods: ``length``, the days with demand, ``empty``, those without stock."""
    days, periods, asked = context.read("stock_days"), context.periods, int(context.params["demand_days"])
    reach = known(context)
    spans = days.inner_join(periods, [days.from_day < periods.period_end, days.to_day > periods.period_start])
    spans = spans.inner_join(reach.select("ledger", "company", "last_day"), ["ledger", "company"])
    demanded = ibis.greatest(spans.last_used_day, spans.last_sent_day)
    spans = spans.mutate(
        demanded=demanded,
        first=ibis.greatest(spans.from_day, spans.period_start),
        after=ibis.least(spans.to_day, spans.period_end),
    ).filter(demanded.notnull())
    length = ibis.least(
        spans.after.delta(spans["first"], unit="day"),
        spans.last_day.delta(spans["first"], unit="day") + 1,
        asked - spans["first"].delta(spans.demanded, unit="day"),
    )
    spans = spans.mutate(length=length).filter(length > 0)
    return spans.mutate(empty=ibis.ifelse((spans.quantity <= 0).fill_null(False), spans.length, 0))


def _undated(context: FactContext, like: ir.Table) -> ir.Table:
    """Positions that summaries alone tell in a period: of their days nothing is known."""
    pieces, periods = context.read("stock_pieces"), context.periods
    told = pieces.filter(pieces.source == "summaries", pieces.used_quantity > 0)
    inside = [told.from_day >= periods.period_start, told.to_day <= periods.period_end]
    rows = told.inner_join(periods, inside).select(*MATERIAL, "warehouse", "category", "period_start").distinct()
    return rows.mutate(
        numerator=ibis.null("int64"), denominator=ibis.null("int64"), unknown=ibis.literal(False),
        summed=ibis.literal(True),
    ).cast(dict(like.schema()))  # fmt: skip


def stock_out_documents(context: FactContext) -> ir.Table:
    """Movements of the days on which a position ran out: `numerator` is how many days with demand it stayed empty."""
    spans = _demanded(context)
    spans = spans.filter(spans.empty > 0).mutate(place=spans.warehouse.fill_null(""))
    moves = moved(context)
    documents = movements(moves, moves.quantity).mutate(place=moves.warehouse.fill_null(""))
    ran_out = spans.select(*MATERIAL, "place", "day", "period_start", numerator=spans.empty)
    return documents.inner_join(ran_out, [*MATERIAL, "place", "day", "period_start"])


METRICS: tuple[Metric, ...] = (
    Metric(
        name="stock_value",
        unit="amount",
        direction="band",
        importance="T",
        process="inventory",
        owner="warehouse",
        kind="sum",
        sources=SOURCES,
        dimensions=("material", "category", "warehouse", "company"),
        facts=value_facts,
        placement="periods",
        fields={"positions_held": lambda rows: rows.held.sum()},
        parts={**PARTS, "amount": lambda rows: rows.amount.sum(), "size": lambda rows: rows["size"].sum()},
        all_fields={
            "covered_share": covered_share,
            "negative_value": lambda parts: parts.total("amount", "negative_stock"),
        },
        flags={**FLAGS, "stock_value_mostly_unknown": too_little},
        value=stock_value,
        as_of=True,
        documents=value_documents,
        needs=lambda _: frozenset({"cost"}),
    ),
    Metric(
        name="negative_stock_share",
        unit="share",
        direction="down",
        importance="O",
        process="inventory",
        owner="warehouse",
        kind="ratio",
        sources=SOURCES,
        dimensions=("warehouse", "material"),
        facts=negative_facts,
        placement="periods",
        thresholds=Thresholds(target=Decimal(0)),
        params={"basis": Parameter("any", ("any", "quantity"))},
        parts={name: _any(name) for name in PARTS},
        flags=FLAGS,
        as_of=True,
        contribution=lambda _: "count",
        documents=negative_documents,
        needs=lambda params: frozenset() if params["basis"] == "quantity" else frozenset({"cost"}),
    ),
    Metric(
        name="days_of_cover",
        unit="days",
        direction="band",
        importance="O",
        process="inventory",
        owner="warehouse",
        kind="ratio",
        sources=SOURCES,
        dimensions=("material", "warehouse", "abc_class"),
        facts=cover_facts,
        placement="periods",
        thresholds=Thresholds(band=(Decimal(7), Decimal(45))),
        fields={
            "numerator": lambda rows: rows.numerator.sum(),
            "denominator": lambda rows: rows.denominator.sum(),
            "negative_positions": lambda rows: rows.negative.sum(),
        },
        parts={
            **PARTS,
            "lowest_unit": lambda rows: rows.uom.min(),
            "highest_unit": lambda rows: rows.uom.max(),
        },
        flags={
            **FLAGS,
            "cover_from_summaries": lambda parts: bool(parts.counted("summaries")),
            "mixed_units": mixed_units,
            "cover_without_outflow": _no_outflow,
        },
        value=cover_days,
        as_of=True,
        contribution=lambda _: "count",
        documents=cover_documents,
    ),
    Metric(
        name="slow_moving_share",
        unit="share",
        direction="down",
        importance="T",
        process="inventory",
        owner="warehouse",
        kind="ratio",
        sources=SOURCES,
        dimensions=("category", "warehouse", "material", "age_band"),
        facts=slow_facts,
        placement="periods",
        thresholds=Thresholds(target=Decimal("0.10")),
        params={"days": Parameter("180", ("90", "180", "365"))},
        fields={
            "numerator": lambda rows: rows.numerator.sum(),
            "denominator": lambda rows: rows.denominator.sum(),
        },
        parts={**PARTS, "size": lambda rows: rows["size"].sum()},
        all_fields={"covered_share": told_share},
        flags={**FLAGS, "slow_stock_mostly_unknown": too_unclear},
        value=slow_share,
        as_of=True,
        contribution=lambda _: "amount",
        documents=slow_documents,
        needs=lambda _: frozenset({"cost"}),
    ),
    Metric(
        name="stock_out_rate",
        unit="share",
        direction="down",
        importance="O",
        process="inventory",
        owner="warehouse",
        kind="ratio",
        sources=SOURCES,
        dimensions=("category", "warehouse", "material"),
        facts=stock_out_facts,
        placement="periods",
        thresholds=Thresholds(target=Decimal("0.02")),
        params={"demand_days": Parameter("90", ("30", "90", "180"))},
        contribution=lambda _: "days",
        documents=stock_out_documents,
    ),
)
