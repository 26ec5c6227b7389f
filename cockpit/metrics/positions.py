"""Stock as it lies at each period's end: one row per material and warehouse, told by the source that knows it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from cockpit.metrics.inventory import COVERED_SHARE, covered_share, rests_on, told_by
from cockpit.metrics.parts import Parts
from cockpit.metrics.types import FactContext

SOURCES = ("stock_movements", "stock_balances", "stock_summaries")
MATERIAL = ("ledger", "company", "material_code")
_PERIOD = ("period_start", "period_end")
_POSITION = (*MATERIAL, "warehouse")
_DAY = "date"

PARTS: Mapping[str, Callable[[ir.Table], ir.Value]] = {
    source: told_by(source) for source in ("movements", "balances", "summaries")
}
FLAGS: Mapping[str, Callable[[Parts], bool]] = {
    "stock_from_movements": rests_on("movements"),
    "stock_from_balances": rests_on("balances"),
    "stock_held_by_summaries": rests_on("summaries"),
}


def before(day: ir.Value, days: int) -> ir.Value:
    """The day so many days earlier; a date less an interval is an instant in DuckDB, whatever Ibis calls it."""
    return (day - ibis.interval(days=days)).cast("timestamp").cast("date")


def known(context: FactContext) -> ir.Table:
    """Per company: first and last day that movements or balances speak of, and the first on which anything moved."""
    days = context.read("stock_days")
    told = days.filter(days.day.notnull())
    return told.group_by("ledger", "company").aggregate(
        first_day=told.day.min(), last_day=told.day.max(), first_moved=told.day.min(where=told.moved)
    )


def summaries_at(context: FactContext) -> ir.Table:
    """Summaries (收发存) that end with a period: for each position the shortest of them."""
    pieces, periods = context.read("stock_pieces"), context.periods
    told = pieces.filter(pieces.source == "summaries", pieces.reason.isnull())
    ended = told.inner_join(periods, told.to_day == periods.period_end)
    newest = ended.from_day.max().over(ibis.window(group_by=[*_POSITION, *_PERIOD]))
    return ended.mutate(newest=newest).filter(lambda rows: rows.from_day == rows.newest)


def untold(rows: ir.Table, ended: ir.Table) -> ir.Table:
    """Rows of positions (with ``period_end``) without those whose stock a summary of the same day states.

    A summary without warehouse states all warehouses of a material, one of any warehouse those that nobody tells apart.
    """
    stated = ended.group_by(*MATERIAL, "period_end").aggregate(
        places=ended.warehouse.fill_null("").collect(), total=ended.warehouse.isnull().any()
    )
    keys = [rows[name] == stated[name] for name in (*MATERIAL, "period_end")]
    joined = rows.left_join(stated, keys, rname="{name}_stated")
    free = joined.places.isnull() | ~(
        joined.total | joined.warehouse.isnull() | joined.places.contains(joined.warehouse)
    )
    return joined.filter(free.fill_null(True)).drop(
        "places", "total", *(f"{name}_stated" for name in (*MATERIAL, "period_end"))
    )


def _booked(context: FactContext, ended: ir.Table) -> ir.Table:
    """Stock by movements and balances; it stays as it was last known, and before a company's first day is unknown."""
    days, periods, reach = context.read("stock_days"), context.periods, known(context)
    held = days.inner_join(periods, [days.from_day < periods.period_end, days.to_day >= periods.period_end])
    held = held.inner_join(reach, ["ledger", "company"])
    held = untold(held.filter(held.first_day < held.period_end), ended)
    moves = held.first_moved < held.period_end
    since = held.period_end.delta(held.first_day, unit="day") - (held.first_moved != held.first_day).cast("int64")
    # Days between two stated balances hold half of both; the last of them holds what is stated of it.
    ends = held.to_day == held.period_end
    return held.select(
        *_POSITION, "category", "uom", *_PERIOD,
        quantity=ibis.ifelse(ends, held.after_quantity, held.quantity),
        value=ibis.ifelse(ends, held.after_value, held.value),
        out=ibis.null("decimal(18, 6)"),
        out_days=ibis.null("int64"),
        source=ibis.ifelse(moves, "movements", "balances"),
        used=held.last_used_day,
        sent=held.last_sent_day,
        arrived=held.first_stock_day,
        history=ibis.ifelse(moves, since, ibis.null("int64")),
    )  # fmt: skip


def _summarised(context: FactContext, ended: ir.Table) -> ir.Table:
    """Stock by summaries. What went out counts on their last day; a gap between them hides what went out before it."""
    pieces = context.read("stock_pieces")
    earlier = pieces.filter(pieces.source == "summaries", pieces.reason.isnull())
    closing = ("closing_quantity", "closing_value", "used_quantity", "from_day", "to_day")
    ended = ended.select(*_POSITION, *_PERIOD, "category", "uom", **{f"ended_{name}": ended[name] for name in closing})
    joined = ended.inner_join(
        earlier,
        [
            *(ended[name] == earlier[name] for name in MATERIAL),
            ended.warehouse.fill_null("") == earlier.warehouse.fill_null(""),
            earlier.to_day <= ended.period_end,
            # of two that tell the same days, the longer one
            earlier.within_to.isnull() | (earlier.within_to > ended.period_end),
        ],
        rname="earlier_{name}",
    )
    rows = joined.group_by(
        *_POSITION,
        *_PERIOD,
        "category",
        "uom",
        quantity=joined.ended_closing_quantity,
        value=joined.ended_closing_value,
        out=joined.ended_used_quantity,
        out_days=joined.ended_to_day.delta(joined.ended_from_day, unit="day"),
    ).aggregate(
        used=before(joined.to_day.max(where=joined.used_quantity > 0), 1),
        first_day=joined.from_day.min(),
        stocked=joined.from_day.min(where=(joined.opening_quantity > 0) | (joined.closing_quantity > 0)),
        opening=joined.opening_quantity.argmin(joined.from_day),
        covered=joined.to_day.delta(joined.from_day, unit="day").sum(),
    )
    span = rows.period_end.delta(rows.first_day, unit="day")
    return rows.select(
        *_POSITION, "category", "uom", *_PERIOD, "quantity", "value",
        "out", "out_days",
        source=ibis.literal("summaries"),
        used=rows.used,
        sent=ibis.null(_DAY),
        arrived=ibis.ifelse(rows.opening > 0, ibis.date(1900, 1, 1), rows.stocked),
        history=ibis.ifelse(rows.covered >= span, span, ibis.null("int64")),
    )  # fmt: skip


_TYPES = {
    "quantity": "decimal(18, 6)",
    "value": "decimal(18, 4)",
    "used": _DAY,
    "sent": _DAY,
    "arrived": _DAY,
    "history": "int64",
    "out": "decimal(18, 6)",
    "out_days": "int64",
}


def positions(context: FactContext) -> ir.Table:
    """One row per position (material in a warehouse) and period: what lies there on the period's last day.

    ``quantity`` and ``value`` (null: unknown); ``source``; ``used`` and ``sent``, the last days on which some was used
    or sent to another warehouse; ``arrived``, the first day with stock (1900-01-01: before anything is known);
    ``history``, on how many days up to the period's end movements are known (null: on none, or with gaps); ``out`` and
    ``out_days``, what a summary says went out and on how many days.
    """
    ended = summaries_at(context)
    booked, summarised = (
        rows.mutate(**{name: rows[name].cast(kind) for name, kind in _TYPES.items()})
        for rows in (_booked(context, ended), _summarised(context, ended))
    )
    return booked.union(summarised)


def dressed(rows: ir.Table) -> ir.Table:
    """Rows with what every metric's facts carry beside their measures."""
    return rows.mutate(
        material=rows.material_code,
        day=ibis.null("date"),
        document_table=ibis.literal("stock_movements"),
        document=ibis.null("uuid"),
        document_no=ibis.null("string"),
    )


def currency(rows: ir.Table, context: FactContext) -> ir.Value:
    """Values are in the ledger's currency; those of ledgers in different ones are never added."""
    if len({one.currency for one in context.ledgers}) == 1:
        return ibis.literal(context.ledgers[0].currency, "string")
    return ibis.cases(*((rows.ledger == one.name, ibis.literal(one.currency, "string")) for one in context.ledgers))


def judged(rows: ir.Table) -> ir.Value:
    """Why a position's value does not count; null where it does."""
    return ibis.cases(
        (rows.quantity.isnull(), ibis.literal("no_balance")),
        (rows.value.isnull() & (rows.quantity != 0), ibis.literal("not_costed")),
        ((rows.quantity < 0) | (rows.value < 0), ibis.literal("negative_stock")),
    )


def worth(rows: ir.Table) -> ir.Value:
    """A position's value, 0 where it is not known."""
    return rows.value.fill_null(0)


def too_little(parts: Parts) -> bool:
    """Whether negative and uncosted positions make up too much of the quantity for a figure by value."""
    covered = covered_share(parts)
    return covered is not None and covered < COVERED_SHARE


def size_of(rows: ir.Table) -> ir.Value:
    """How much a position weighs when it is asked what share of stock has a value."""
    return rows.quantity.abs().fill_null(0).cast("float64")
