"""Inventory: how many days what lies in stock would last at the rate at which it is used, and how often it turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.parts import Parts, ratio
from cockpit.metrics.types import FactContext, Metric, Parameter, Thresholds

_POSITION = ("ledger", "company", "warehouse", "material_code", "category", "uom")

# Turnover by value says nothing when negative and uncosted rows make up more of the quantity than this leaves over.
COVERED_SHARE = 0.8
YEAR_DAYS = 365


def _measures(context: FactContext) -> tuple[str, str]:
    """Suffix of the columns (quantity or value) and the kind of consumption (used or sold) that were asked for."""
    basis = "quantity" if context.params["basis"] == "quantity" else "value"
    return basis, "sold" if context.params["consumption"] == "sales" else "used"


def by_warehouse(context: FactContext) -> bool:
    """Whether what one warehouse sends to another counts as consumed there."""
    return "warehouse" in (*context.by, *context.where) and context.params.get("consumption", "all") == "all"


def _consumed(table: ir.Table, context: FactContext) -> ir.Value:
    """Consumption; what one warehouse sends to another is used there only when warehouses are looked at."""
    basis, kind = _measures(context)
    consumed = table[f"{kind}_{basis}"]
    if by_warehouse(context):
        consumed = consumed + table[f"sent_{basis}"]
    return consumed


def _monthly(context: FactContext) -> int | None:
    """The day on which months begin, where every period is one month of the ledgers from its first day on."""
    first_days = {ledger.month_start_day for ledger in context.ledgers}
    if context.grain != "month" or len(first_days) != 1 or context.start is None:
        return None
    first = first_days.pop()
    return first if context.start.day == first else None


def _month_of(day: ir.DateValue, first_day: int) -> ir.DateValue:
    """The first day of the month, one that begins on `first_day`, in which `day` lies."""
    if first_day == 1:
        return day.truncate("M").cast("date")
    shift = ibis.interval(days=first_day - 1)
    # A day less an interval is an instant in DuckDB, whatever Ibis calls it; only the way over it gives a day.
    return ((day - shift).truncate("M") + shift).cast("timestamp").cast("date")


def _in_whole_months(context: FactContext, first_day: int) -> ir.Table:
    """Pieces with the month that holds them whole, found without looking at the periods: they are all months."""
    pieces = context.read("stock_pieces")
    begins = _month_of(pieces.from_day, first_day)
    ends = (begins + ibis.interval(months=1)).cast("timestamp").cast("date")
    placed = pieces.mutate(period_start=begins, period_end=ends)
    # What was booked is kept by month; only a summary can reach beyond one.
    kept = [(placed.source != "summaries") | (placed.to_day <= placed.period_end)]
    if context.start is not None:
        kept.append(placed.period_start >= ibis.date(context.start))
    if context.end is not None:
        kept.append(placed.period_start < ibis.date(context.end))
    return placed.filter(kept).mutate(first=placed.from_day, after=placed.to_day)


def _between(context: FactContext, contained: bool) -> ir.Table:
    """Pieces with the periods that hold them whole, or with those that cut them.

    Months find their pieces by the day they begin on, which spares comparing each piece with each period. The two
    kinds are joined apart: nearly always the second is empty and costs nothing.
    """
    first_day = _monthly(context)
    if contained and context.whole_months and first_day is not None:
        return _in_whole_months(context, first_day)
    pieces, periods = context.read("stock_pieces"), context.periods
    whole = (pieces.from_day >= periods.period_start) & (pieces.to_day <= periods.period_end)
    touching = [pieces.from_day < periods.period_end, pieces.to_day > periods.period_start]
    if first_day is not None:
        touching = [_month_of(pieces.from_day, first_day) == periods.period_start]
    joined = pieces.inner_join(periods, [*touching, whole if contained else ~whole])
    return joined.mutate(
        first=ibis.greatest(joined.from_day, joined.period_start), after=ibis.least(joined.to_day, joined.period_end)
    )


def _state(quantity: ir.Value, value: ir.Value) -> ir.Value:
    """0 sound, 1 negative, 2 not costed, of opening or closing stock."""
    return ibis.cases(
        ((quantity < 0) | (value < 0), 1), (value.isnull() & quantity.notnull() & (quantity != 0), 2), else_=0
    )


def _whole(context: FactContext) -> ir.Table:
    """Pieces the period holds whole: months as they are stored, and summaries no larger summary repeats."""
    between = _between(context, contained=True)
    repeated = (between.within_from >= between.period_start) & (between.within_to <= between.period_end)
    whole = between.filter(between.within_from.isnull() | ~repeated)
    basis = _measures(context)[0]
    return whole.select(
        *_POSITION, "period_start", "period_end", "source", "reason", "first", "after",
        stock_days=whole[f"days_{basis}"],
        consumed=_consumed(whole, context),
        uncosted=whole.uncosted,
        opening=whole.opening_quantity,
        closing=whole.closing_quantity,
        opening_state=_state(whole.opening_quantity, whole.opening_value),
        closing_state=_state(whole.closing_quantity, whole.closing_value),
    )  # fmt: skip


def _cut(context: FactContext) -> ir.Table:
    """Months the period cuts: their days of stock inside it. Summaries cannot be cut."""
    between = _between(context, contained=False)
    edges = between.filter(between.source != "summaries")
    edges = edges.select(*_POSITION, "period_start", "period_end", "source", "reason", "first", "after")
    days = context.read("stock_days")
    spans = edges.inner_join(
        days,
        [
            edges.ledger == days.ledger,
            edges.company == days.company,
            edges.material_code == days.material_code,
            edges.warehouse.fill_null("") == days.warehouse.fill_null(""),
            days.from_day < edges.after,
            days.to_day > edges.first,
        ],
        rname="day_{name}",
    )
    basis = _measures(context)[0]
    length = ibis.least(spans.to_day, spans.after).delta(ibis.greatest(spans.from_day, spans.first), unit="day")
    here = (spans.day >= spans.first) & (spans.day < spans.after) & spans.moved
    starts = spans.from_day >= spans.first
    ends = spans.to_day <= spans.after
    opening = ibis.ifelse(starts, spans.before_quantity, spans.quantity)
    closing = ibis.ifelse(ends, spans.after_quantity, spans.quantity)
    opening_value = ibis.ifelse(starts, spans.before_value, spans.value)
    closing_value = ibis.ifelse(ends, spans.after_value, spans.value)
    marked = spans.mutate(
        begins=spans.from_day,
        stock_days=(spans[basis] * length).fill_null(0),
        consumed=ibis.ifelse(here, _consumed(spans, context), 0),
        uncosted=(spans.value.isnull() & (spans.quantity != 0)).fill_null(False) | (spans.used_uncosted & here),
        opening=opening.fill_null(0),
        closing=closing.fill_null(0),
        opening_state=_state(opening, opening_value),
        closing_state=_state(closing, closing_value),
    )
    return marked.group_by(*_POSITION, "period_start", "period_end", "source", "reason", "first", "after").aggregate(
        stock_days=marked.stock_days.sum(),
        consumed=marked.consumed.sum(),
        uncosted=marked.uncosted.any(),
        opening=marked.opening.argmin(marked.begins),
        closing=marked.closing.argmax(marked.begins),
        opening_state=marked.opening_state.argmin(marked.begins),
        closing_state=marked.closing_state.argmax(marked.begins),
    )


def _common(table: ir.Table, context: FactContext) -> ir.Table:
    """The same column types on both ways, so that their rows can stand together."""
    digits = 6 if _measures(context)[0] == "quantity" else 4
    types = {
        "stock_days": f"decimal(38, {digits})",
        "consumed": f"decimal(18, {digits})",
        "opening": "decimal(18, 6)",
        "closing": "decimal(18, 6)",
        "opening_state": "int8",
        "closing_state": "int8",
    }
    return table.mutate(**{name: table[name].cast(kind) for name, kind in types.items()})


def _positions(context: FactContext) -> ir.Table:
    """One row per position and period, with the period's own opening and closing stock."""
    pieces = _common(_whole(context), context)
    if not context.whole_months:
        pieces = pieces.union(_common(_cut(context), context))
    days = pieces.after.delta(pieces["first"], unit="day")
    if _monthly(context) is not None:
        # a month's position is one stored piece, or one row of a shorter summary
        return pieces.mutate(days=days)
    return pieces.group_by(*_POSITION, "period_start", "period_end", "source", "reason").aggregate(
        stock_days=pieces.stock_days.sum(),
        consumed=pieces.consumed.sum(),
        uncosted=pieces.uncosted.any(),
        opening=pieces.opening.argmin(pieces["first"]),
        closing=pieces.closing.argmax(pieces["first"]),
        opening_state=pieces.opening_state.argmin(pieces["first"]),
        closing_state=pieces.closing_state.argmax(pieces["first"]),
        days=days.sum(),
    )


def turnover_facts(context: FactContext) -> ir.Table:
    """One row per position (material, warehouse) and period: stock times days, and consumption.

    Average stock ÷ consumption × days is the sum of each day's stock ÷ consumption, so both add up over days,
    positions and sources, and the ratio of the sums is the figure of any group.
    """
    positions = _positions(context)
    if by_warehouse(context):
        context.notes.append(("transfers_are_consumption", {}))
    negative = (positions.opening_state == 1) | (positions.closing_state == 1)
    uncosted = positions.uncosted | (positions.opening_state == 2) | (positions.closing_state == 2)
    reason = positions.reason
    if context.params["basis"] == "value":
        reason = ibis.cases(
            (positions.reason.notnull(), positions.reason),
            (uncosted, ibis.literal("not_costed")),
            (negative, ibis.literal("negative_stock")),
        )
    opening, closing = positions.opening.fill_null(0), positions.closing.fill_null(0)
    return positions.mutate(
        numerator=positions.stock_days,
        denominator=positions.consumed,
        reason=reason,
        material=positions.material_code,
        negative=(opening < 0) | (closing < 0),
        size=(opening.abs() + closing.abs()).cast("float64"),
        # units matter to quantities alone
        unit=positions.uom if context.params["basis"] == "quantity" else ibis.null("string"),
        document_table=ibis.literal("stock_movements"),
        document=ibis.null("uuid"),
        document_no=ibis.null("string"),
        day=ibis.null("date"),
    )


_JUDGED = (None, "not_costed", "negative_stock")


def covered_share(parts: Parts) -> float | None:
    """Share of the quantity in stock whose value is known and not negative; by rows where no quantity is known."""
    by_size = ratio(parts.counted("size") or 0, parts.total("size", *_JUDGED))
    return by_size if by_size is not None else ratio(parts.counted("_n") or 0, parts.total("_n", *_JUDGED))


def _too_little(parts: Parts) -> bool:
    covered = covered_share(parts) if parts.params["basis"] == "value" else None
    return covered is not None and covered < COVERED_SHARE


def _not_positive(parts: Parts) -> bool:
    return any((total := parts.counted(name)) is not None and total <= 0 for name in ("numerator", "denominator"))


def turnover_days(parts: Parts) -> float | None:
    """Days: stock times days over consumption. Null where too little is costed or a total is not positive."""
    if _too_little(parts) or _not_positive(parts):
        return None
    return ratio(parts.counted("numerator"), parts.counted("denominator"))


def turnover_rate(parts: Parts) -> float | None:
    """Times a year: 365 over turnover days. Null where they are."""
    if _too_little(parts) or _not_positive(parts):
        return None
    return ratio(parts.counted("numerator"), parts.counted("denominator"))


def mixed_units(parts: Parts) -> bool:
    """Whether the rows' quantities are in several units."""
    lowest, highest = parts.each("lowest_unit"), parts.each("highest_unit")
    return bool(lowest) and min(lowest) != max(highest)


def told_by(source: str) -> Callable[[ir.Table], ir.Value]:
    """Measure: whether any row is told by this source."""
    return lambda rows: (rows.source == source).any()


def rests_on(source: str) -> Callable[[Parts], bool]:
    """Flag: whether any row that counts is."""
    return lambda parts: bool(parts.counted(source))


_DOCUMENT_COLUMNS = ("ledger", "company", "warehouse", "category", "document_no", "day", "period_start", "material",
                     "reason", "numerator", "document_table", "document")  # fmt: skip


def _placed(rows: ir.Table, first: ir.Value, last: ir.Value, context: FactContext) -> ir.Table:
    """Rows whose days lie in the window, marked with its first day."""
    if context.start is not None:
        rows = rows.filter(first >= context.start)
    if context.end is not None:
        rows = rows.filter(last < context.end)
    start = ibis.null("date") if context.start is None else ibis.literal(context.start)
    return rows.mutate(
        day=last,
        period_start=start,
        material=ibis.coalesce(rows.material_code, rows.material_name),
        reason=ibis.null("string"),
        document=rows["_doc"],
    )


def turnover_documents(context: FactContext) -> ir.Table:
    """Documents behind turnover: movements of consumption and 收发存 rows; `numerator` is what each one consumed."""
    basis, kind = _measures(context)
    moves = context.read("stock_movements")
    kinds = ["sale", "return_in"] if kind == "sold" else ["sale", "production_issue", "return_in"]
    moves = moves.filter(moves.movement_kind.isin(kinds), ~moves.is_void.fill_null(False))
    consumed = -(moves.quantity if basis == "quantity" else moves.cost_amount)
    moves = moves.mutate(numerator=consumed.cast("decimal(18, 6)"), document_table=ibis.literal("stock_movements"))
    rows = context.read("stock_summaries")
    outbound = rows.outbound_quantity if basis == "quantity" else rows.outbound_amount
    rows = rows.mutate(
        numerator=outbound.cast("decimal(18, 6)"),
        document_table=ibis.literal("stock_summaries"),
        document_no=ibis.null("string"),
    )
    found = _placed(moves, moves.document_date, moves.document_date, context)
    summaries = _placed(rows, rows.period_start, rows.period_end, context)
    return found.select(*_DOCUMENT_COLUMNS).union(summaries.select(*_DOCUMENT_COLUMNS))


_DAYS = Metric(
    name="inventory_turnover_days",
    unit="days",
    direction="band",
    importance="O",
    process="inventory",
    owner="warehouse",
    kind="ratio",
    sources=("stock_movements", "stock_balances", "stock_summaries"),
    dimensions=("material", "category", "warehouse", "company"),
    facts=turnover_facts,
    placement="periods",
    thresholds=Thresholds(relative_band=Decimal("0.2")),
    params={
        "basis": Parameter("value", ("value", "quantity")),
        "consumption": Parameter("all", ("all", "sales")),
    },
    fields={
        "numerator": lambda rows: rows.numerator.sum(),
        "denominator": lambda rows: rows.denominator.sum(),
        "average_stock": lambda rows: (rows.numerator.cast("float64") / rows.days.nullif(0)).sum(),
    },
    parts={
        "size": lambda rows: rows["size"].sum(),
        "negative": lambda rows: rows.negative.cast("int64").sum(),
        "lowest_unit": lambda rows: rows.unit.min(),
        "highest_unit": lambda rows: rows.unit.max(),
        **{source: told_by(source) for source in ("movements", "balances", "summaries")},
    },
    all_fields={
        "covered_share": covered_share,
        "negative_positions": lambda parts: parts.total("negative"),
    },
    flags={
        "stock_from_movements": rests_on("movements"),
        "stock_from_balances": rests_on("balances"),
        "stock_from_summaries": rests_on("summaries"),
        "outbound_undivided": rests_on("summaries"),
        "mixed_units": mixed_units,
        "stock_mostly_uncosted": _too_little,
        "stock_total_not_positive": _not_positive,
    },
    value=turnover_days,
    contribution=lambda params: "count" if params["basis"] == "quantity" else "amount",
    documents=turnover_documents,
    needs=lambda params: frozenset() if params["basis"] == "quantity" else frozenset({"cost"}),
)

_RATE = replace(
    _DAYS,
    name="inventory_turnover_rate",
    unit="rate_per_year",
    direction="up",
    thresholds=Thresholds(),
    fields={
        "numerator": lambda rows: rows.denominator.sum(),
        "denominator": lambda rows: rows.numerator.sum().cast("float64") / YEAR_DAYS,
        "average_stock": _DAYS.fields["average_stock"],
    },
    value=turnover_rate,
)

METRICS: tuple[Metric, ...] = (_DAYS, _RATE)
